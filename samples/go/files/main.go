// Files through Go's standard library, with text processing on top: JSON, CSV, hashing,
// compression, regular expressions.
//
//	files FOLDER     FOLDER must be writable and empty
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

type record struct {
	Name  string            `json:"name"`
	Count int               `json:"count"`
	Tags  []string          `json:"tags,omitempty"`
	Extra map[string]string `json:"extra,omitempty"`
}

func check(err error) {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func main() {
	folder := "/work"
	if len(os.Args) > 1 {
		folder = os.Args[1]
	}

	// JSON to a file and back.
	records := []record{{"one", 1, []string{"a", "b"}, nil}, {"two", 2, nil, map[string]string{"k": "v"}}}
	data, err := json.MarshalIndent(records, "", " ")
	check(err)
	path := filepath.Join(folder, "records.json")
	check(os.WriteFile(path, data, 0o644))
	data, err = os.ReadFile(path)
	check(err)
	var again []record
	check(json.Unmarshal(data, &again))
	fmt.Printf("%d bytes of JSON: %+v\n", len(data), again)

	// Compression through a pipe of readers.
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	for i := 0; i < 5000; i++ {
		fmt.Fprintf(writer, "row %d,%d,%q\n", i, i*i%97, strings.Repeat("z", i%7))
	}
	check(writer.Close())
	check(os.WriteFile(filepath.Join(folder, "rows.csv.gz"), packed.Bytes(), 0o644))
	file, err := os.Open(filepath.Join(folder, "rows.csv.gz"))
	check(err)
	reader, err := gzip.NewReader(bufio.NewReader(file))
	check(err)
	hash := sha256.New()
	rows, err := csv.NewReader(io.TeeReader(reader, hash)).ReadAll()
	check(err)
	check(file.Close())
	fmt.Printf("%d rows, the last %q, sha256 %x\n", len(rows), rows[len(rows)-1], hash.Sum(nil)[:8])

	// Folders and a walk over them.
	check(os.MkdirAll(filepath.Join(folder, "a/b"), 0o755))
	check(os.WriteFile(filepath.Join(folder, "a/b/deep.txt"), []byte("find me: 2024-02-29\n"), 0o644))
	check(os.Rename(filepath.Join(folder, "a/b/deep.txt"), filepath.Join(folder, "a/deep.txt")))
	date := regexp.MustCompile(`(\d{4})-(\d\d)-(\d\d)`)
	check(filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, _ := filepath.Rel(folder, path)
		if entry.IsDir() {
			fmt.Println("folder", relative)
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Println("file  ", relative, int(info.Size()) == len(content), date.FindStringSubmatch(string(content)))
		return nil
	}))

	_, err = os.Open(filepath.Join(folder, "nothing"))
	fmt.Println("missing:", errors.Is(err, fs.ErrNotExist))
	_, err = os.ReadFile("/etc/passwd")
	fmt.Println("outside:", err != nil)
	check(os.RemoveAll(filepath.Join(folder, "a")))
	check(os.Remove(path))
	check(os.Remove(filepath.Join(folder, "rows.csv.gz")))
	left, err := os.ReadDir(folder)
	check(err)
	fmt.Println("left:", len(left))
}
