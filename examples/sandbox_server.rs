//! A server that runs what anybody sends it: each connection's script gets a state of its own with limits of memory, fuel and time.
//!
//! `cargo run -p perilune --features std --example sandbox_server` starts it on the loopback interface and attacks it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use perilune::api::{Error, Libs, Lua, Value, Variadic};

const MEMORY: usize = 4 << 20;
const FUEL: u64 = 20_000_000;
const TIME: Duration = Duration::from_millis(200);
const MAX_SCRIPT: u64 = 64 << 10;
const MAX_OUTPUT: usize = 64 << 10;

/// Runs a script and gives what the client is told.
fn run(source: Vec<u8>) -> Result<Vec<u8>, Error> {
    let lua = Lua::builder()
        .libraries(Libs::SAFE)
        .memory_limit(MEMORY)
        .fuel(FUEL)
        .build()?;
    let output = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let sink = output.clone();
    let print = lua.create_function(move |_, values: Variadic<Value>| {
        let mut sink = sink.borrow_mut();
        for value in values {
            sink.extend_from_slice(value.to_text()?.as_bytes());
            sink.push(b' ');
        }
        sink.push(b'\n');
        if sink.len() > MAX_OUTPUT {
            return Err(Error::runtime("too much output"));
        }
        Ok(())
    })?;
    let env = lua.create_environment()?;
    env.set("print", print)?;

    // A watchdog for the time: fuel counts work, not waiting.
    let (done, watch) = mpsc::channel::<()>();
    let interrupt = lua.interrupt_handle();
    let watchdog = thread::spawn(move || {
        if watch.recv_timeout(TIME) == Err(mpsc::RecvTimeoutError::Timeout) {
            interrupt.interrupt();
        }
    });
    let result = lua
        .load(source)
        .set_name("=client")
        .set_environment(env)
        .exec();
    drop(done);
    let _ = watchdog.join();
    result?;
    let output = output.borrow().clone();
    Ok(output)
}

fn serve(mut client: TcpStream) -> std::io::Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(1)))?;
    let mut source = Vec::new();
    (&mut client).take(MAX_SCRIPT).read_to_end(&mut source)?;
    match run(source) {
        Ok(output) => client.write_all(&output),
        Err(error) => write!(client, "refused: {error}"),
    }
}

/// Sends a script and gives the answer.
fn ask(server: std::net::SocketAddr, source: &str) -> std::io::Result<String> {
    let mut connection = TcpStream::connect(server)?;
    connection.write_all(source.as_bytes())?;
    connection.shutdown(Shutdown::Write)?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer.trim_end().to_string())
}

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let server = listener.local_addr()?;
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(|| serve(client));
        }
    });
    let scripts: &[&'static str] = &[
        "local s = 0 for i = 1, 1000 do s = s + i end print('sum', s)",
        "while true do pcall(function() while true do end end) end",
        "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(i) end",
        "local function f() return f() + 1 end f()",
        "print(os, io, debug, require, getfenv)",
        "string.rep = nil print(('still there '):rep(2))",
        "for i = 1, 1e6 do print('flood') end",
        "this is no Lua",
    ];
    // All at once.
    let answers: Vec<_> = scripts
        .iter()
        .map(|&source| thread::spawn(move || ask(server, source)))
        .collect();
    for (source, answer) in scripts.iter().zip(answers) {
        let answer = answer
            .join()
            .map_err(|_| std::io::Error::other("a client failed"))??;
        println!("{source}\n    -> {answer}");
    }
    Ok(())
}
