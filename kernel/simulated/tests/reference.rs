//! The reference page: all of its examples run, and all functions of `sys` are on it.

mod support;

use std::fs::File;
use std::io::Write;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;

use perilune_kernel::Limits;
use perilune_kernel_simulated::{Loaded, Value};
use support::{eval, number, process, returned, temporary_file};

const PAGE: &str = include_str!("../../README.md");

fn examples() -> impl Iterator<Item = &'static str> {
    PAGE.split("```lua\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
}

fn file() -> File {
    let mut file = temporary_file("reference");
    file.write_all(b"Hello, world!").unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    file
}

#[test]
fn all_examples_run() {
    for example in examples() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(socket.local_addr().unwrap()).unwrap();
        socket.send(b"first").unwrap();
        socket.send(b"second").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        client.write_all(b"hi").unwrap();
        let file = file();
        let process = process();
        let address = process.allocate(4096);
        let source = format!("local socket, file, listener, address = ...\n{example}");
        let script = Loaded::load(&process, source.as_bytes(), Limits::DEFAULT)
            .unwrap_or_else(|failure| panic!("{failure:?}:\n{example}"));
        let run = script.run(&[
            number(socket.as_raw_fd()),
            number(file.as_raw_fd()),
            number(listener.as_raw_fd()),
            number(address as f64),
        ]);
        let run = run.unwrap();
        let outcome = run.outcome;
        let returned = outcome == perilune_kernel_simulated::Outcome::Returned;
        assert!(returned, "{outcome:?} {:?}:\n{example}", run.results);
    }
    assert!(examples().count() > 20);
}

#[test]
fn every_function_has_its_example() {
    let names = support::load(
        "local names = {}
        for name, f in pairs(sys) do
            if type(f) == 'function' then names[#names + 1] = 'sys.' .. name .. '(' end
        end
        local methods = 'get set fill find sub u8 u32 f64 u16be length setlength address view copy remove reply'
        for name in methods:gmatch('%w+') do names[#names + 1] = ':' .. name .. '(' end
        return table.concat(names, ' ')",
    );
    let results = returned(&names, &[]);
    let [Value::String(names)] = &results[..] else {
        panic!("{results:?}");
    };
    let all: String = examples().collect();
    // `region` is nil without one.
    for name in String::from_utf8_lossy(names)
        .split(' ')
        .filter(|n| *n != "sys.region(")
    {
        assert!(all.contains(name), "{name} has no example");
    }
    assert_eq!(eval("return sys.region()"), [Value::Nil]);
}
