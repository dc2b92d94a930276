//! Generates the parser from `grammar/lua.lalrpop`, and the sort without a comparison function from the one with it.

use std::path::Path;

const SORT: &str = "src/stdlib/table/sort.lua";

/// The sort with `a < b` in the place of `less(a, b)`.
fn ordered(sort: &str) -> String {
    let mut parts = sort.replace("(t, less, high)", "(t, high)");
    for (a, b) in [("x", "y"), ("y", "x"), ("x", "pivot"), ("pivot", "y")] {
        parts = parts.replace(&format!("less({a}, {b})"), &format!("{a} < {b}"));
    }
    parts
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=grammar/lua.lalrpop");
    println!("cargo:rerun-if-changed={SORT}");
    let sort = ordered(&std::fs::read_to_string(SORT)?);
    std::fs::write(
        Path::new(&std::env::var("OUT_DIR")?).join("sort_ordered.lua"),
        sort,
    )?;
    lalrpop::Configuration::new()
        .set_in_dir("grammar")
        .set_out_dir(std::env::var("OUT_DIR")?)
        .process()
}
