//! Golden trees. `trees.txt` holds sources, each followed by its tree on lines that begin with a tab; PERILUNE_BLESS=1
//! rewrites the trees.

use super::std;
use std::string::String;

use bumpalo::Bump;

use super::super::ast::{Body, ExprKind, StmtKind};
use super::super::{ParseOptions, parse};
use super::{dump, latin1, unescape};

fn tree(source: &str) -> String {
    let arena = Bump::new();
    match parse(&arena, &unescape(source), ParseOptions::default()) {
        Ok(main) => dump::chunk(main),
        Err(error) => std::format!("error {}", latin1(error.message)),
    }
}

#[test]
fn trees_are_golden() {
    let golden = include_str!("trees.txt");
    let mut actual = String::new();
    for line in golden.lines().filter(|line| !line.starts_with('\t')) {
        actual.push_str(line);
        actual.push('\n');
        if !line.is_empty() && !line.starts_with("# ") {
            for line in tree(line).lines() {
                actual.push('\t');
                actual.push_str(line);
                actual.push('\n');
            }
        }
    }
    if std::env::var_os("PERILUNE_BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/syntax/tests/trees.txt");
        std::fs::write(path, &actual).unwrap();
    } else {
        assert_eq!(golden, actual);
    }
}

#[test]
fn positions() {
    let arena = Bump::new();
    let source = b"-- c\nf\n{\n1}\nlocal x =\n  function\n(a) end\nfunction y() end";
    let main = parse(&arena, source, ParseOptions::default()).unwrap();
    let Body::Block(block) = main.body else {
        unreachable!()
    };
    let lines = |i: usize| (block.stmts[i].span.start.line, block.stmts[i].span.end.line);
    assert_eq!((lines(0), lines(1), lines(2)), ((2, 4), (5, 7), (8, 8)));
    let StmtKind::Call(call) = block.stmts[0].kind else {
        unreachable!()
    };
    let ExprKind::Call { args_pos, .. } = call.kind else {
        unreachable!()
    };
    assert_eq!(args_pos.line, 3);
    let StmtKind::Local { values, .. } = block.stmts[1].kind else {
        unreachable!()
    };
    let ExprKind::Function(function) = values[0].kind else {
        unreachable!()
    };
    assert_eq!(
        (
            function.span.start.line,
            function.defined.line,
            function.span.end.line
        ),
        (6, 7, 7)
    );
    let StmtKind::Function { function, .. } = block.stmts[2].kind else {
        unreachable!()
    };
    assert_eq!((function.span.start.line, function.defined.line), (8, 8));
}

#[test]
fn strings_without_escapes_stay_in_the_source() {
    let arena = Bump::new();
    let source = b"return 'plain', [[\nlong]], 'a\\n'";
    let main = parse(&arena, source, ParseOptions::default()).unwrap();
    let Body::Block(block) = main.body else {
        unreachable!()
    };
    let StmtKind::Return(values) = block.stmts[0].kind else {
        unreachable!()
    };
    let range = source.as_ptr_range();
    let inside = |i: usize| match values[i].kind {
        ExprKind::String(bytes) => range.contains(&bytes.as_ptr()),
        _ => unreachable!(),
    };
    assert_eq!((inside(0), inside(1), inside(2)), (true, true, false));
}
