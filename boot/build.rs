//! Embeds the programs: every path listed in `programs.txt`, relative to the repository.

use std::fmt::Write;
use std::path::Path;

fn main() {
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let root = Path::new(&here).join("..");
    let list = std::fs::read_to_string(Path::new(&here).join("programs.txt")).expect("programs.txt");
    let mut table = String::from("pub static PROGRAMS: &[(&str, &[u8])] = &[\n");
    for path in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let full = root.join(path).canonicalize().unwrap_or_else(|e| panic!("{path}: {e}"));
        writeln!(table, "    ({path:?}, include_bytes!({:?})),", full.display().to_string()).expect("a string");
        println!("cargo:rerun-if-changed={}", full.display());
    }
    table.push_str("];\n");
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&out).join("programs.rs"), table).expect("OUT_DIR is writable");
    println!("cargo:rerun-if-changed=programs.txt");
    println!("cargo:rustc-link-arg=-T{here}/link.ld");
}
