//! Asynchronous callbacks and calls, for any executor.
//!
//! A call with [`Function::call_async`] is a coroutine. When an asynchronous callback's future isn't ready, the coroutine yields a value that says so,
//! the call's own future is pending, and whoever wakes it lets the coroutine poll the callback's future again. No thread and no
//! executor is involved.

extern crate alloc;
use alloc::boxed::Box;
use core::cell::RefCell;
use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use super::convert::{FromLuaMulti, IntoLuaMulti};
use super::error::{Error, Result};
use super::function::Function;
use super::multi::MultiValue;
use super::resumable::Step;
use super::state::{Lua, WeakLua, try_box};
use super::thread::{Thread, ThreadStatus};
use super::userdata::cell;
use super::value::Value;

/// What a coroutine yields that waits for a future.
struct Pending;

/// The waker of the call that is being polled.
#[derive(Default)]
pub(super) struct CurrentWaker(RefCell<Option<Waker>>);

type Done = Result<MultiValue>;

impl Lua {
    /// A function whose result comes from a future. Scripts call it like any other, within [`Function::call_async`].
    ///
    /// The future belongs to the state, so it gets the state as a [`WeakLua`].
    ///
    /// # Errors
    /// [`Error::Memory`]
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::{Function, Lua};
    /// use std::task::{Context, Poll, Waker};
    ///
    /// /// Pending once, then ready.
    /// async fn pause() {
    ///     let mut polled = false;
    ///     std::future::poll_fn(|cx| {
    ///         if std::mem::replace(&mut polled, true) { return Poll::Ready(()) }
    ///         cx.waker().wake_by_ref();
    ///         Poll::Pending
    ///     })
    ///     .await
    /// }
    ///
    /// let lua = Lua::builder().build()?;
    /// let double = lua.create_async_function(|_, n: i64| async move {
    ///     pause().await;
    ///     Ok(n * 2)
    /// })?;
    /// lua.globals().set("double", double)?;
    /// let f: Function = lua.load("return function(a, b) return double(a) + double(b) end").eval()?;
    /// let mut call = std::pin::pin!(f.call_async::<i64>((20, 1)));
    /// let mut cx = Context::from_waker(Waker::noop());
    /// let mut polls = 1;
    /// let result = loop {
    ///     match call.as_mut().poll(&mut cx) {
    ///         Poll::Ready(result) => break result?,
    ///         Poll::Pending => polls += 1,
    ///     }
    /// };
    /// assert_eq!((result, polls), (42, 3));
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_async_function<F, A, R, Fut>(&self, function: F) -> Result<Function>
    where
        F: Fn(WeakLua, A) -> Fut + 'static,
        A: FromLuaMulti,
        R: IntoLuaMulti,
        Fut: Future<Output = Result<R>> + 'static,
    {
        self.create_resumable(move |lua, args: A| {
            let (future, weak) = (function(lua.weak(), args), lua.weak());
            let future = async move {
                let result = future.await?;
                result.into_lua_multi(&weak.upgrade()?)
            };
            let future: Pin<Box<dyn Future<Output = Done>>> = Box::into_pin(try_box(future)?);
            let mut future = Some(future);
            Ok(move |lua: &Lua, _: MultiValue| {
                let Some(running) = &mut future else {
                    return Err(Error::CallbackDestructed);
                };
                let waker = lua.inner().waker.0.borrow().clone();
                // Outside of `call_async` nobody is woken, and nobody would poll again.
                let waker = waker.ok_or_else(|| {
                    Error::runtime("an asynchronous function was called from a synchronous run")
                })?;
                match running.as_mut().poll(&mut Context::from_waker(&waker)) {
                    Poll::Ready(result) => {
                        future = None;
                        Ok(Step::Return(result?))
                    }
                    Poll::Pending => Step::yield_(lua, lua.pending()?),
                }
            })
        })
    }

    /// The value that says that a coroutine waits.
    fn pending(&self) -> Result<Value> {
        let reference = self.cached::<Pending>(|lua| {
            lua.enter(|vm| {
                let userdata = cell::new(vm, Pending)?;
                lua.new_ref_in(vm, userdata.into())
            })?
        })?;
        Value::from_raw(reference.raw()?, self)
    }
}

impl Function {
    /// Calls the function in a coroutine of its own, so that it may call asynchronous functions. The future can be dropped at any
    /// time; then the call is over.
    ///
    /// # Errors
    /// As [`Function::call`]. A run that was stopped is over. A function that yields by itself is an error.
    pub fn call_async<R: FromLuaMulti>(&self, args: impl IntoLuaMulti) -> AsyncCall<R> {
        let begun = self.0.lua().and_then(|lua| {
            let args = args.into_lua_multi(&lua)?;
            Ok((lua.create_thread(self)?, args))
        });
        AsyncCall {
            state: Some(begun),
            result: PhantomData,
        }
    }
}

/// The future of [`Function::call_async`].
#[must_use = "a call does nothing until it is polled"]
pub struct AsyncCall<R> {
    state: Option<Result<(Thread, MultiValue)>>,
    result: PhantomData<fn() -> R>,
}

impl<R: FromLuaMulti> Future for AsyncCall<R> {
    type Output = Result<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<R>> {
        let (thread, args) = match self.state.take() {
            Some(Ok(state)) => state,
            Some(Err(error)) => return Poll::Ready(Err(error)),
            None => return Poll::Ready(Err(Error::CoroutineUnresumable)),
        };
        match poll::<R>(&thread, args, cx.waker()) {
            Ok(Some(result)) => Poll::Ready(Ok(result)),
            Ok(None) => {
                self.state = Some(Ok((thread, MultiValue::new())));
                Poll::Pending
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

/// Lets the coroutine go on until it ends or waits.
fn poll<R: FromLuaMulti>(thread: &Thread, args: MultiValue, waker: &Waker) -> Result<Option<R>> {
    let lua = thread.0.lua()?;
    let current = &lua.inner().waker.0;
    let before = current.replace(Some(waker.clone()));
    let result = thread.resume::<MultiValue>(args);
    current.replace(before);
    let values = result?;
    if thread.status()? == ThreadStatus::Finished {
        return R::from_lua_multi(values, &lua).map(Some);
    }
    match values.first() {
        Some(Value::UserData(userdata)) if userdata.is::<Pending>() => Ok(None),
        _ => Err(Error::runtime(
            "a function called asynchronously has yielded",
        )),
    }
}
