//! Files and folders through Rust's standard library: everything that WASI offers for them.
//!
//!     files FOLDER     FOLDER must be writable and empty

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            let mark = if entry.file_type()?.is_dir() { "/" } else { "" };
            Ok(format!("{}{}", entry.file_name().to_string_lossy(), mark))
        })
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn run(folder: &Path) -> io::Result<()> {
    // Write with a buffer, read by lines.
    let log = folder.join("log.txt");
    let mut writer = BufWriter::new(File::create(&log)?);
    for i in 0..2000 {
        writeln!(writer, "line {} {}", i, "x".repeat(i % 50))?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error())?
        .sync_all()?;
    let lines: Vec<String> = BufReader::new(File::open(&log)?)
        .lines()
        .collect::<Result<_, _>>()?;
    println!(
        "{} lines, {} bytes, last: {:?}",
        lines.len(),
        fs::metadata(&log)?.len(),
        lines[lines.len() - 1].len()
    );

    // Append, seek, overwrite in the middle, cut short.
    OpenOptions::new()
        .append(true)
        .open(&log)?
        .write_all(b"the end\n")?;
    let mut file = OpenOptions::new().read(true).write(true).open(&log)?;
    let mut tail = String::new();
    file.seek(SeekFrom::End(-8))?;
    file.read_to_string(&mut tail)?;
    file.seek(SeekFrom::Start(5))?;
    file.write_all(b"ZERO")?;
    file.seek(SeekFrom::Start(0))?;
    let mut head = [0; 12];
    file.read_exact(&mut head)?;
    println!(
        "tail {:?}, head {:?}, at {}",
        tail,
        String::from_utf8_lossy(&head),
        file.stream_position()?
    );
    file.set_len(20)?;
    println!("cut to {}", file.metadata()?.len());
    drop(file);

    // Folders: create, list, rename, remove.
    fs::create_dir_all(folder.join("a/b/c"))?;
    fs::write(folder.join("a/b/one.txt"), "one")?;
    fs::rename(folder.join("a/b/one.txt"), folder.join("a/two.txt"))?;
    fs::copy(folder.join("a/two.txt"), folder.join("a/b/c/three.txt"))?;
    fs::hard_link(folder.join("a/two.txt"), folder.join("linked.txt"))?;
    println!("{:?} {:?}", names(folder)?, names(&folder.join("a"))?);
    println!(
        "linked: {:?}",
        fs::read_to_string(folder.join("linked.txt"))?
    );

    // Errors have kinds.
    let kind = |result: io::Result<()>| result.err().map(|error| error.kind());
    println!(
        "missing: {:?}",
        kind(File::open(folder.join("nothing")).map(drop))
    );
    println!("exists: {:?}", kind(fs::create_dir(folder.join("a"))));
    println!("full: {:?}", fs::remove_dir(folder.join("a")).is_err());
    println!(
        "outside: {:?}",
        File::open(folder.join("../../../etc/passwd")).is_err()
    );
    println!("absolute: {:?}", File::open("/etc/passwd").is_err());

    fs::remove_dir_all(folder.join("a"))?;
    fs::remove_file(folder.join("linked.txt"))?;
    fs::remove_file(&log)?;
    println!("left: {:?}", names(folder)?);
    Ok(())
}

fn main() {
    let folder = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "/work".to_string());
    if let Err(error) = run(Path::new(&folder)) {
        println!("failed: {}", error);
        std::process::exit(1);
    }
}
