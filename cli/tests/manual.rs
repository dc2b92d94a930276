//! The manual page and the completions know every option that the usage tells of.

mod support;

use std::fs;
use std::path::Path;

fn share(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("share")
        .join(name);
    fs::read_to_string(path).expect("a file of ours")
}

/// The options at the beginnings of the usage's lines.
fn options() -> Vec<String> {
    let run = support::perilune(&["--help"]).run();
    let usage = run.stdout + &run.stderr;
    let words = usage
        .lines()
        .filter_map(|l| l.strip_prefix("  ")?.split([' ', ',', '[', '=']).next());
    words
        .filter(|w| w.starts_with('-'))
        .map(String::from)
        .collect()
}

#[test]
fn every_option_is_described() {
    let options = options();
    assert!(options.len() >= 12, "{options:?}");
    let page = share("perilune.1").replace("\\-", "-");
    for option in &options {
        let described = page.lines().any(|l| {
            let mut words = l.split_whitespace();
            let name = |w: &str| w.split("\\f").next() == Some(option);
            matches!(words.next(), Some(".B" | ".BI" | ".BR")) && words.next().is_some_and(name)
        });
        assert!(described, "perilune.1 lacks {option}");
    }
    for (file, prefix) in [
        ("perilune.bash", ""),
        ("_perilune", ""),
        ("perilune.fish", "-l "),
    ] {
        let text = share(file);
        for option in options.iter().filter(|o| !matches!(o.as_str(), "-" | "--")) {
            let word = match (prefix, option.strip_prefix("--")) {
                ("", _) => option.clone(),
                (_, Some(long)) => format!("-l {long}"),
                (_, None) => format!("-s {}", &option[1..]),
            };
            assert!(text.contains(&word), "{file} lacks {option}");
        }
    }
}

#[test]
fn bash_reads_its_completion() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("share/perilune.bash");
    let script = format!(
        "source '{}'; COMP_WORDS=(perilune --5); COMP_CWORD=1; _perilune; echo \"${{COMPREPLY[@]}}\"",
        path.display()
    );
    let output = std::process::Command::new("bash")
        .args(["-c", &script])
        .output();
    // Where there is no bash nobody needs its completion.
    if let Ok(output) = output {
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "--52compat");
    }
}
