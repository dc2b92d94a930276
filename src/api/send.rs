//! A state that any thread may use.

extern crate alloc;
extern crate std;
use alloc::boxed::Box;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use super::error::{Error, Result};
use super::state::{InterruptHandle, Lua};

/// Something to do with the state.
type Task = Box<dyn FnOnce(&Lua) + Send>;

/// A handle of a state that lives on a thread of its own. It is `Send` and `Sync` whatever is in the state: tables, userdata and callbacks, which
/// needn't be, stay on that thread, and what is to be done with them goes there.
///
/// ```
/// # fn main() -> Result<(), perilune::api::Error> {
/// use perilune::api::{Lua, SendLua};
///
/// let lua = SendLua::spawn(|| Lua::builder().fuel(1_000_000).build())?;
/// lua.with(|lua| lua.load("n = 0 function count() n = n + 1 return n end").exec())??;
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| lua.with(|lua| lua.globals().call_function::<i64>("count", ())));
///     }
/// });
/// assert_eq!(lua.with(|lua| lua.globals().get::<i64>("n"))??, 4);
/// # Ok(())
/// # }
/// ```
pub struct SendLua {
    tasks: Option<Sender<Task>>,
    interrupt: InterruptHandle,
    thread: Option<JoinHandle<()>>,
}

impl SendLua {
    /// Makes a state on a new thread.
    ///
    /// # Errors
    /// Those of `build`, and [`Error::External`] where there is no thread to be had.
    pub fn spawn(build: impl FnOnce() -> Result<Lua> + Send + 'static) -> Result<SendLua> {
        let (tasks, inbox) = channel::<Task>();
        let (built, wait) = channel();
        let thread = thread::Builder::new().spawn(move || {
            let lua = match build() {
                Ok(lua) => lua,
                Err(error) => {
                    // Whoever waits has gone if this fails.
                    let _ = built.send(Err(error));
                    return;
                }
            };
            let _ = built.send(Ok(lua.interrupt_handle()));
            while let Ok(task) = inbox.recv() {
                task(&lua);
            }
        });
        let thread = thread.map_err(Error::external)?;
        let interrupt = wait.recv().map_err(|_| Error::StateDropped)??;
        Ok(SendLua {
            tasks: Some(tasks),
            interrupt,
            thread: Some(thread),
        })
    }

    /// Works with the state, on its thread, and waits for the result.
    ///
    /// # Errors
    /// [`Error::StateDropped`] if the work, or work before it, panicked.
    pub fn with<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Lua) -> R + Send + 'static,
    ) -> Result<R> {
        let (done, wait) = channel();
        let task: Task = Box::new(move |lua| {
            // Nobody waits for it if this fails.
            let _ = done.send(work(lua));
        });
        let tasks = self.tasks.as_ref().ok_or(Error::StateDropped)?;
        tasks.send(task).map_err(|_| Error::StateDropped)?;
        wait.recv().map_err(|_| Error::StateDropped)
    }

    /// A handle with which any thread may stop what runs.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.interrupt.clone()
    }
}

impl Drop for SendLua {
    /// Waits until the state is closed.
    fn drop(&mut self) {
        drop(self.tasks.take());
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A panic was its own affair.
            let _ = thread.join();
        }
    }
}
