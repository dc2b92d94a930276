//! Collection at every safepoint: the conformance scripts print what they print without.

mod support;

use std::path::{Path, PathBuf};

use perilune::vm::run::Outcome;
use support::{OUT_OF_FUEL, World};

/// What a script may use: full collections make every allocation slow.
const FUEL: u64 = 30_000;
/// Scripts about the collector itself, which see the difference.
const ABOUT_COLLECTION: &[&str] = &["collectgarbage", "__gc", "__mode", "gcinfo"];

fn scripts() -> Vec<PathBuf> {
    fn visit(folder: &Path, found: &mut Vec<PathBuf>) {
        let entries = std::fs::read_dir(folder).expect("a readable folder");
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                visit(&path, found);
            } else if path.extension().is_some_and(|e| e == "lua") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/lua");
    visit(&root, &mut found);
    found.sort();
    found
}

/// The output, with the error at the end, and how the run ended.
fn run(source: &[u8], zeal: bool) -> (String, Outcome) {
    let mut world = World::new();
    world.vm.heap().set_zeal(zeal);
    world.vm.set_fuel(Some(FUEL));
    let outcome = match world.load(source) {
        Ok(f) => world.vm.run(f, &[]),
        Err(_) => Outcome::Failed,
    };
    let mut text = world.take_output();
    if outcome == Outcome::Failed {
        text += &world.error_text();
    }
    world.vm.heap().set_zeal(false);
    // Finalizers print, too.
    world.vm.close();
    world.output.borrow_mut().clear();
    world.check_usable();
    (without_addresses(&text), outcome)
}

fn without_addresses(text: &str) -> String {
    let mut parts = text.split("0x");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out += "0x";
        out += part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    out
}

#[test]
fn scripts_print_the_same_under_zeal() {
    let mut compared = 0;
    let mut differing = Vec::new();
    for path in scripts() {
        let source = std::fs::read(&path).expect("a readable script");
        let text = String::from_utf8_lossy(&source);
        if ABOUT_COLLECTION.iter().any(|word| text.contains(word)) {
            run(&source, true);
            continue;
        }
        let (plain, plain_end) = run(&source, false);
        let (zealous, end) = run(&source, true);
        let stopped = plain_end == OUT_OF_FUEL || end == OUT_OF_FUEL;
        let same = if stopped {
            plain.starts_with(&zealous) || zealous.starts_with(&plain)
        } else {
            plain == zealous && plain_end == end
        };
        compared += 1;
        if !same {
            let at = plain.lines().zip(zealous.lines()).position(|(a, b)| a != b);
            println!("{}: {plain_end:?} {end:?}", path.display());
            if let Some(at) = at {
                println!(
                    "  {:?}\n  {:?}",
                    plain.lines().nth(at),
                    zealous.lines().nth(at)
                );
            }
            differing.push(path);
        }
    }
    println!("{compared} scripts");
    assert!(differing.is_empty(), "{differing:?}");
    assert!(compared > 200, "{compared}");
}
