//! The system calls of `sys`: what they do, return and fail with.

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd};

use perilune_kernel_simulated::Value;
use support::{eval, load, number, returned, temporary_file, text};

fn sockets() -> (UdpSocket, UdpSocket) {
    let bind = || UdpSocket::bind("127.0.0.1:0").unwrap();
    (bind(), bind())
}

#[test]
fn failures_are_names() {
    for (call, name) in [
        ("sys.read(-1, 1)", "EBADF"),
        ("sys.write(-1, 'x')", "EBADF"),
        ("sys.close(-1)", "EBADF"),
        ("sys.recvfrom(-1, 1)", "EBADF"),
        ("sys.fcntl(-1, 'getfl')", "EBADF"),
        ("sys.sendmmsg(-1, sys.batch(1, 1))", "EBADF"),
        ("sys.recvmmsg(-1, sys.batch(1, 1))", "EBADF"),
        ("sys.lseek(-1)", "EBADF"),
        ("sys.accept(-1)", "EBADF"),
        ("sys.shutdown(-1)", "EBADF"),
    ] {
        let results = eval(&format!("return {call}"));
        assert_eq!(results, [Value::Nil, text(name)], "{call}");
    }
}

#[test]
fn files_are_read_and_written() {
    let file = temporary_file("calls");
    let script = load(
        "local fd = ...
        local b = sys.buffer(8)
        b:set(0, 'buffered')
        local a = { sys.write(fd, 'hello '), sys.write(fd, b, 0, 4), sys.writev(fd, {'+', b:sub(4), '!'}),
            sys.pwrite(fd, 'J', 0), sys.lseek(fd), sys.lseek(fd, 'set', 0) }
        local all = sys.read(fd, 100)
        local eof = sys.read(fd, 100)
        local c, d = sys.buffer(3), sys.buffer(4)
        sys.lseek(fd, 'set', 0)
        local n = sys.readv(fd, {c, d})
        return table.concat(a, ' '), all, eof, sys.pread(fd, 3, 6), n, c:get() .. '|' .. d:get(), sys.pread(fd, b, 0, 2, 3), b:get()",
    );
    let fd = number(file.as_raw_fd());
    assert_eq!(
        returned(&script, &[fd]),
        [
            text("6 4 6 1 16 0"),
            text("Jello buff+ered!"),
            text(""),
            text("buf"),
            number(7),
            text("Jel|lo b"),
            number(3),
            text("buJelred"),
        ]
    );
}

#[test]
fn messages_come_and_go_with_addresses() {
    let (server, client) = sockets();
    client
        .send_to(b"ping", server.local_addr().unwrap())
        .unwrap();
    let script = load(
        "local fd = ...
        local data, from = sys.recvfrom(fd, 100)
        local ip, port = sys.addressparts(from)
        assert(sys.address(ip, port) == from:sub(1, #sys.address(ip, port)))
        local n = sys.sendto(fd, data .. '-pong', from)
        return data, ip, port, n, sys.recvfrom(fd, 100, sys.MSG_DONTWAIT)",
    );
    let port = client.local_addr().unwrap().port();
    assert_eq!(
        returned(&script, &[number(server.as_raw_fd())]),
        [
            text("ping"),
            text("127.0.0.1"),
            number(port),
            number(9),
            Value::Nil,
            text("EAGAIN")
        ]
    );
    let mut answer = [0; 20];
    let len = client.recv(&mut answer).unwrap();
    assert_eq!(&answer[..len], b"ping-pong");
}

#[test]
fn messages_have_pieces_and_flags() {
    let (server, client) = sockets();
    client
        .send_to(b"headbody-and-more", server.local_addr().unwrap())
        .unwrap();
    let script = load(
        "local fd = ...
        local head, body = sys.buffer(4), sys.buffer(4)
        local n, from, flags = sys.recvmsg(fd, {head, body})
        local sent = sys.sendmsg(fd, {body, '/', head}, from)
        return n, head:get(), body:get(), bit.band(flags, sys.MSG_TRUNC) ~= 0, sent",
    );
    assert_eq!(
        returned(&script, &[number(server.as_raw_fd())]),
        [
            number(8),
            text("head"),
            text("body"),
            Value::Boolean(true),
            number(9)
        ]
    );
    let mut answer = [0; 20];
    let len = client.recv(&mut answer).unwrap();
    assert_eq!(&answer[..len], b"body/head");
}

#[test]
fn batches_are_received_and_sent() {
    let (server, client) = sockets();
    for i in 0..5 {
        client
            .send_to(
                format!("message {i}").as_bytes(),
                server.local_addr().unwrap(),
            )
            .unwrap();
    }
    let script = load(
        "local fd = ...
        local batch = sys.batch(8, 64)
        local n = sys.recvmmsg(fd, batch)
        local data, from = batch:get(2)
        batch:set(2, data:upper(), from)
        batch:view(3):set(0, 'MESSAGE')
        batch:setlength(4, 3)
        local sent = sys.sendmmsg(fd, batch, 0, 1, n)
        return n, #batch, data, batch:length(4), batch:address(1) == from, sent, sys.usage().calls",
    );
    assert_eq!(
        returned(&script, &[number(server.as_raw_fd())]),
        [
            number(5),
            number(8),
            text("message 1"),
            number(3),
            Value::Boolean(true),
            number(5),
            number(2),
        ]
    );
    for expected in ["message 0", "MESSAGE 1", "MESSAGE 2", "mes", "message 4"] {
        let mut answer = [0; 64];
        let len = client.recv(&mut answer).unwrap();
        assert_eq!(String::from_utf8_lossy(&answer[..len]), expected);
    }
}

#[test]
fn connections_are_accepted_and_polled() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    client.write_all(b"line\n").unwrap();
    let script = load(
        "local listener = ...
        local fds = {{fd = listener, events = sys.POLLIN}}
        local n = sys.poll(fds, 5000)
        local fd, peer = sys.accept(listener, sys.SOCK_CLOEXEC)
        local ready = sys.poll({{fd = fd, events = sys.POLLIN}, {fd = -1, events = 0}}, -1)
        local data = sys.read(fd, 100)
        sys.write(fd, data:upper())
        sys.shutdown(fd, 'write')
        local rest = sys.read(fd, 100)
        local flags = sys.fcntl(fd, 'getfd')
        local copy = sys.fcntl(fd, 'dupfd', 50)
        sys.fcntl(fd, 'setfl', sys.O_NONBLOCK)
        local nonblocking = bit.band(sys.fcntl(fd, 'getfl'), sys.O_NONBLOCK) ~= 0
        return n, fds[1].revents == sys.POLLIN, select('#', sys.addressparts(peer)), ready, data, rest, flags,
            copy >= 50 and sys.close(copy), nonblocking, sys.close(fd), sys.poll({}, 0)",
    );
    let reader = std::thread::spawn(move || {
        let mut all = String::new();
        client.read_to_string(&mut all).unwrap();
        all
    });
    assert_eq!(
        returned(&script, &[number(listener.as_raw_fd())]),
        [
            number(1),
            Value::Boolean(true),
            number(2),
            number(1),
            text("line\n"),
            text(""),
            number(1),
            Value::Boolean(true),
            Value::Boolean(true),
            Value::Boolean(true),
            number(0),
        ]
    );
    assert_eq!(reader.join().unwrap(), "LINE\n");
}

#[test]
fn the_process_is_who_it_is() {
    let script = load(
        "local s, ns = sys.clock()
        assert(s >= 0 and ns >= 0 and ns < 1e9)
        local day = sys.clock('realtime')
        assert(day > 1.5e9)
        assert(sys.clock('thread'))
        assert(sys.sleep(0.002))
        local t, tns = sys.clock()
        assert((t - s) * 1e9 + tns - ns >= 2e6)
        return sys.getpid(), sys.gettid() > 0, sys.getppid() > 0, sys.getuid() == sys.geteuid(), sys.getgid() == sys.getegid()",
    );
    let yes = Value::Boolean(true);
    assert_eq!(
        returned(&script, &[]),
        [
            number(std::process::id()),
            yes.clone(),
            yes.clone(),
            yes.clone(),
            yes
        ]
    );
}

#[test]
fn calls_are_counted_and_descriptors_closed() {
    let (reader, writer) = std::io::pipe().unwrap();
    let fd = OwnedFd::from(reader);
    // SAFETY: the script closes this one.
    let raw = unsafe { libc::dup(fd.as_raw_fd()) };
    let script =
        load("local fd = ... local s = sys.read(fd, 9) return s, sys.close(fd), sys.close(fd)");
    (&writer).write_all(b"123").unwrap();
    assert_eq!(
        returned(&script, &[number(raw)]),
        [text("123"), Value::Boolean(true), Value::Nil]
            .into_iter()
            .chain([text("EBADF")])
            .collect::<Vec<_>>()
    );
    let usage = script.usage().unwrap();
    assert_eq!((usage.calls, usage.bytes, usage.entries), (3, 3, 1));
}

#[test]
fn addresses_of_both_families() {
    assert_eq!(
        eval("return sys.addressparts(sys.address('::1', 53))"),
        [text("::1"), number(53)]
    );
    assert_eq!(
        eval(
            "return select('#', sys.addressparts('')), select('#', sys.addressparts('\\1\\0abc'))"
        ),
        [number(0), number(0)]
    );
    assert_eq!(
        eval("return pcall(sys.address, 'localhost', 1)")[0],
        Value::Boolean(false)
    );
    assert_eq!(
        eval("return pcall(sys.address, '1.2.3.4', 65536)")[0],
        Value::Boolean(false)
    );
}
