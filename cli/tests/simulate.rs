//! `--simulate-kernel`: the examples, with their crossings counted, and what it says of bad command lines.

mod support;

use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use support::folder;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perilune"));
    command.arg("--simulate-kernel").args(arguments);
    command
}

fn example(name: &str) -> String {
    format!(
        "{}/../kernel/examples/{name}.lua",
        env!("CARGO_MANIFEST_DIR")
    )
}

fn start(arguments: &[&str]) -> Child {
    command(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts")
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// Tries until it works.
fn patiently<T>(mut f: impl FnMut() -> std::io::Result<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match f() {
            Ok(value) => return value,
            Err(error) if Instant::now() > deadline => panic!("{error}"),
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// A port that was free a moment ago.
fn port() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.local_addr().expect("an address").port()
}

#[test]
fn a_thousand_echoes_take_one_crossing() {
    let address = format!("127.0.0.1:{}", port());
    let server = start(&[&example("udp_echo"), &format!("@udp:{address}"), "1000"]);
    let client = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    client.connect(&address).expect("an address");
    client
        .set_read_timeout(Some(Duration::from_millis(500)))
        .expect("a timeout");
    let mut room = [0; 100];
    for window in 0..50 {
        // Until the server is there, messages are lost.
        let first = format!("message {window}.0");
        patiently(|| {
            client.send(first.as_bytes())?;
            let len = client.recv(&mut room)?;
            (room[..len] == *first.as_bytes())
                .then_some(())
                .ok_or_else(|| std::io::Error::other("another message"))
        });
        for i in 1..20 {
            client
                .send(format!("message {window}.{i}").as_bytes())
                .expect("sent");
        }
        for i in 1..20 {
            let len = client.recv(&mut room).expect("an echo");
            assert_eq!(room[..len], *format!("message {window}.{i}").as_bytes());
        }
    }
    let output = server.wait_with_output().expect("it ends");
    let (out, err) = texts(&output);
    assert_eq!(out, "1000\n", "{err}");
    assert!(err.contains("crossings: 1 instead of "), "{err}");
}

#[test]
fn a_log_holds_what_was_copied() {
    let folder = folder("simulate_log");
    let mut input: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    input[32768..65536].fill(0);
    std::fs::write(folder.path("input"), &input).expect("written");
    let (from, to) = (folder.path("input"), folder.path("log"));
    let from = format!("@read:{}", from.display());
    let to = format!("@write:{}", to.display());
    let output = command(&[&example("log_copy"), &from, &to])
        .output()
        .expect("it runs");
    let (out, err) = texts(&output);
    let log = std::fs::read(folder.path("log")).expect("a log");
    assert_eq!(out, format!("400000\t25\t{}\n", log.len()), "{err}");
    assert!(err.contains("crossings: 1 instead of 51;"), "{err}");
    let mut replayed = Vec::new();
    let mut rest = &log[..];
    while let Some((header, tail)) = rest.split_first_chunk::<16>() {
        let word = u32::from_ne_bytes(header[..4].try_into().expect("four bytes"));
        let position = f64::from_ne_bytes(header[8..].try_into().expect("eight bytes"));
        assert_eq!(position, replayed.len() as f64);
        let len = (word & 0x7FFF_FFFF) as usize;
        if word >> 31 == 1 {
            replayed.resize(replayed.len() + len, 0);
            rest = tail;
        } else {
            replayed.extend_from_slice(&tail[..len]);
            rest = &tail[len..];
        }
    }
    assert!(replayed == input);
    assert!(log.len() < input.len());
}

#[test]
fn lines_of_several_connections_are_served() {
    let address = format!("127.0.0.1:{}", port());
    let server = start(&[
        &example("line_protocol"),
        &format!("@listen:{address}"),
        "202",
    ]);
    let mut one = patiently(|| TcpStream::connect(&address));
    let mut other = patiently(|| TcpStream::connect(&address));
    for connection in [&mut one, &mut other] {
        for _ in 0..10 {
            connection
                .write_all("add n 1\n".repeat(10).as_bytes())
                .expect("sent");
        }
    }
    let mut sums = Vec::new();
    for connection in [&mut one, &mut other] {
        let mut text = String::new();
        while text.lines().count() < 100 || !text.ends_with('\n') {
            let mut room = [0; 1000];
            let len = connection.read(&mut room).expect("answers");
            text.push_str(&String::from_utf8_lossy(&room[..len]));
        }
        sums.extend(text.lines().map(|line| line.parse::<u32>().expect("a sum")));
    }
    sums.sort_unstable();
    assert!(sums.iter().copied().eq(1..=200));
    one.write_all(b"get").expect("sent");
    one.write_all(b" n\nquit\n").expect("sent");
    let mut rest = String::new();
    one.read_to_string(&mut rest).expect("the end");
    assert_eq!(rest, "200\n");
    let (out, err) = texts(&server.wait_with_output().expect("it ends"));
    assert_eq!(out, "202\n", "{err}");
    assert!(err.contains("crossings: 1 instead of "), "{err}");
}

#[test]
fn limits_and_failures_are_told() {
    let folder = folder("simulate_failures");
    folder.write("loop.lua", "while true do end");
    folder.write("hog.lua", "local t = {} for i = 1, 1e9 do t[i] = i end");
    folder.write("syntax.lua", "x = = 1");
    folder.write(
        "state.lua",
        "n = (n or 0) + 1 print(n) return n, ..., nil, {}",
    );
    let run = |arguments: &[&str]| {
        let output = command(arguments).current_dir(folder.path("")).output();
        let output = output.expect("it runs");
        let (out, err) = texts(&output);
        (output.status.code(), out, err)
    };
    let (code, _, err) = run(&["--fuel=1000000", "loop.lua"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("out of fuel"), "{err}");
    let (_, _, err) = run(&["--memory=1000000", "hog.lua"]);
    assert!(err.contains("not enough memory"), "{err}");
    let (_, _, err) = run(&["syntax.lua"]);
    assert!(
        err.contains("syntax.lua:1: unexpected symbol near '='"),
        "{err}"
    );
    let (code, out, _) = run(&["--runs=2", "--quiet", "state.lua", "x", "@fd:1"]);
    assert_eq!(
        (code, out.as_str()),
        (Some(0), "1\n1\tx\tnil\t(table)\n2\n2\tx\tnil\t(table)\n")
    );
    for usage in [&[][..], &["--what", "loop.lua"], &["loop.lua", "@what:1"]] {
        let (code, _, err) = run(usage);
        assert_eq!(code, Some(1));
        assert!(err.contains("usage: "), "{err}");
    }
}
