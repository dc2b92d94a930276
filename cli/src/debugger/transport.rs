//! The debugger's messages: a header with their length, then JSON.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::host::redirect::waiting;
use crate::host::request_attention;

/// The longest message that is read: nobody sends longer ones.
const LONGEST: usize = 64 << 20;
/// How long a stop waits for what the script wrote to be sent before it is told.
const DRAIN: Duration = Duration::from_millis(200);

/// Where messages go. Clones are the same.
#[derive(Clone)]
pub struct Output(Arc<Mutex<Numbered>>);

struct Numbered {
    sequence: u64,
    out: Box<dyn Write + Send>,
}

impl Output {
    pub fn new(out: Box<dyn Write + Send>) -> Output {
        Output(Arc::new(Mutex::new(Numbered { sequence: 0, out })))
    }

    fn send(&self, mut message: Value) {
        let mut numbered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        numbered.sequence += 1;
        message["seq"] = json!(numbered.sequence);
        let text = message.to_string();
        // Who is gone can't be told.
        let _ = write!(numbered.out, "Content-Length: {}\r\n\r\n{text}", text.len());
        let _ = numbered.out.flush();
    }

    /// Tells of an event.
    pub fn event(&self, event: &str, body: Value) {
        self.send(json!({ "type": "event", "event": event, "body": body }));
    }

    /// Answers a request, with a body or the reason why there is none.
    pub fn answer(&self, request: &Value, result: Result<Value, String>) {
        let mut message = json!({
            "type": "response",
            "request_seq": request["seq"],
            "command": request["command"],
            "success": result.is_ok(),
        });
        match result {
            Ok(Value::Null) => {}
            Ok(body) => message["body"] = body,
            Err(text) => {
                message["body"] = json!({ "error": { "id": 1, "format": text, "showUser": true } });
                message["message"] = json!(text);
            }
        }
        self.send(message);
    }

    /// Passes text on that is shown to the user.
    pub fn text(&self, category: &str, text: &str) {
        self.event("output", json!({ "category": category, "output": text }));
    }
}

/// Reads messages as they come. The channel ends with the input.
pub fn read_messages(input: impl Read + Send + 'static) -> Receiver<Value> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut input = BufReader::new(input);
        while let Some(message) = read_message(&mut input) {
            if sender.send(message).is_err() {
                return;
            }
            request_attention();
        }
        end(sender);
    });
    receiver
}

/// The end of the input is news, too.
fn end(sender: Sender<Value>) {
    drop(sender);
    request_attention();
}

/// A message; none at the end, or where something else comes.
fn read_message(input: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let mut text = vec![0; length.filter(|n| *n <= LONGEST)?];
    input.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// What scripts write, on its way to the client.
pub struct Pump {
    is_busy: Arc<AtomicBool>,
    pipe: std::os::fd::OwnedFd,
}

impl Pump {
    /// Sends what comes out of a pipe.
    pub fn new(
        mut pipe: io::PipeReader,
        category: &'static str,
        output: Output,
    ) -> io::Result<Pump> {
        let is_busy = Arc::new(AtomicBool::new(false));
        let pump = Pump {
            is_busy: is_busy.clone(),
            pipe: pipe.as_fd().try_clone_to_owned()?,
        };
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            let mut rest = Vec::new();
            while let Ok(n @ 1..) = pipe.read(&mut buffer) {
                is_busy.store(true, Ordering::SeqCst);
                rest.extend_from_slice(&buffer[..n]);
                let whole = whole_characters(&rest);
                output.text(category, &String::from_utf8_lossy(&rest[..whole]));
                rest.drain(..whole);
                is_busy.store(false, Ordering::SeqCst);
            }
        });
        Ok(pump)
    }

    /// Waits until all that was written was sent.
    pub fn drain(&self) {
        let end = Instant::now() + DRAIN;
        // Between reading and being busy lies a moment.
        let mut quiet = 0;
        while quiet < 2 && Instant::now() < end {
            let busy = waiting(self.pipe.as_fd()) > 0 || self.is_busy.load(Ordering::SeqCst);
            quiet = if busy { 0 } else { quiet + 1 };
            if quiet < 2 {
                thread::sleep(Duration::from_micros(200));
            }
        }
    }
}

/// How many bytes there are without a character that is cut off.
fn whole_characters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => bytes.len(),
    }
}
