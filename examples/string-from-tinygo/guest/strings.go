// The guest: two functions that give strings. How a string crosses the boundary is TinyGo's business
// in tinygo.go, and done by hand in plain.go; for the host it looks the same.
package main

import "strings"

func returnString() string {
	return "hello from inside the sandbox"
}

func greet(name string) string {
	name = strings.TrimSpace(name)
	if name == "" {
		return "hello, whoever you are"
	}
	return "hello, " + strings.ToUpper(name[:1]) + name[1:] + " (" + strings.Repeat("*", len(name)) + ")"
}

func main() {}
