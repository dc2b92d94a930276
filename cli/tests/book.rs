//! The book in `docs/`: its pages are there, and the Lua examples on them run.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src")
}

#[test]
fn every_page_is_listed_once() {
    let summary = fs::read_to_string(pages().join("SUMMARY.md")).expect("the summary");
    for entry in fs::read_dir(pages()).expect("the pages") {
        let name = entry.expect("a page").file_name();
        let name = name.to_str().expect("a name");
        let listed = summary.matches(&format!("({name})")).count();
        assert_eq!(listed, usize::from(name != "SUMMARY.md"), "{name}");
    }
    let listed = summary.matches(".md)").count();
    assert_eq!(
        listed + 1,
        fs::read_dir(pages()).expect("the pages").count()
    );
}

#[test]
fn lua_examples_run() {
    let mut count = 0;
    for entry in fs::read_dir(pages()).expect("the pages") {
        let path = entry.expect("a page").path();
        let page = fs::read_to_string(&path).expect("a page");
        for (i, block) in page.split("```lua\n").skip(1).enumerate() {
            let (source, _) = block.split_once("```").expect("the block's end");
            let folder = support::folder("book");
            folder.write("example.lua", source);
            let run = support::perilune(&["example.lua", "a", "word", "a"])
                .dir(&folder)
                .run();
            let place = format!("{}, example {}", path.display(), i + 1);
            assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{place}");
            count += 1;
        }
    }
    assert!(count >= 3, "only {count} examples found");
}
