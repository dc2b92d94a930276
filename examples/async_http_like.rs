//! Scripts that fetch pages, many at a time, on one thread: `fetch` is an asynchronous function, and to the script it just returns.
//!
//! `cargo run -p perilune --features std,async --example async_http_like`. The "network" is a list of timers, the executor forty lines.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use perilune::api::{Error, Function, Lua, Table};

/// Requests under way: when they are answered, and who waits.
#[derive(Clone, Default)]
struct Network(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    now: u32,
    waiting: Vec<(u32, Waker)>,
}

impl Network {
    async fn get(self, url: String) -> Result<String, Error> {
        let due = self.0.borrow().now + url.len() as u32 % 7 + 1;
        std::future::poll_fn(|cx| {
            let mut state = self.0.borrow_mut();
            if state.now >= due {
                return Poll::Ready(());
            }
            state.waiting.push((due, cx.waker().clone()));
            Poll::Pending
        })
        .await;
        if url.ends_with("/missing") {
            return Err(Error::runtime(format!("404: {url}")));
        }
        Ok(format!("<{url} at {due}>"))
    }

    /// Lets time pass until somebody's answer is there.
    fn turn(&self) {
        let mut state = self.0.borrow_mut();
        state.now += 1;
        let now = state.now;
        let (due, waiting) = state.waiting.drain(..).partition(|(due, _)| *due <= now);
        state.waiting = waiting;
        let due: Vec<(u32, Waker)> = due;
        due.into_iter().for_each(|(_, waker)| waker.wake());
    }
}

/// A task of the executor.
struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    woken: Arc<Woken>,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn run(mut tasks: Vec<Task>, network: &Network) {
    while !tasks.is_empty() {
        tasks.retain_mut(|task| {
            if !task.woken.0.swap(false, Ordering::Relaxed) {
                return true;
            }
            let waker = Waker::from(task.woken.clone());
            task.future
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        });
        network.turn();
    }
}

const SCRIPT: &str = r#"
local name = ...
local ok, page = pcall(fetch, "http://moon/" .. name)
if not ok then return name .. " failed: " .. tostring(page) end
local again = fetch("http://moon/" .. name .. "/details")
return page .. " and " .. again
"#;

fn main() -> Result<(), Error> {
    let lua = Lua::new();
    let network = Network::default();
    let fetch = {
        let network = network.clone();
        lua.create_async_function(move |_, url: String| network.clone().get(url))?
    };
    lua.globals().set("fetch", fetch)?;
    let script: Function = lua.load(SCRIPT).set_name("=script").into_function()?;
    let results: Table = lua.create_table()?;
    let mut tasks = Vec::new();
    for name in ["perigee", "apogee", "missing", "libration"] {
        let call = script.call_async::<String>(name);
        let results = results.clone();
        tasks.push(Task {
            future: Box::pin(async move {
                let text = call
                    .await
                    .unwrap_or_else(|error| format!("{name}: {error}"));
                println!("{text}");
                let _ = results.push(text);
            }),
            woken: Arc::new(Woken(AtomicBool::new(true))),
        });
    }
    run(tasks, &network);
    assert_eq!(results.raw_len()?, 4);
    Ok(())
}
