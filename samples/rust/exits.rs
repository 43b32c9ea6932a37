//! The ways in which a program ends: by returning, by `exit`, by a panic, by an error from `main`.
//!
//!     exits return | exit N | panic | error | environment

use std::env;
use std::io::Read;

struct Loud;

impl Drop for Loud {
    fn drop(&mut self) {
        println!("dropped");
    }
}

fn main() -> Result<(), String> {
    let args: Vec<String> = env::args().collect();
    let _loud = Loud;
    match args.get(1).map(String::as_str) {
        Some("exit") => {
            let code = args[2].parse::<i32>().map_err(|error| error.to_string())?;
            println!("exits with {}", code);
            std::process::exit(code); // nothing is dropped
        }
        Some("panic") => {
            println!("panics");
            let numbers: Vec<u32> = Vec::new();
            println!("{}", numbers[args.len()]);
        }
        Some("error") => return Err("an error from main".to_string()),
        Some("environment") => {
            let mut input = String::new();
            std::io::stdin()
                .read_to_string(&mut input)
                .map_err(|error| error.to_string())?;
            println!("GREETING={:?}", env::var("GREETING"));
            println!(
                "{} variables, {} arguments",
                env::vars().count(),
                args.len()
            );
            println!("input: {:?}", input.lines().collect::<Vec<_>>());
        }
        _ => println!("returns"),
    }
    Ok(())
}
