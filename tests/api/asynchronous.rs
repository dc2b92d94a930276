//! Futures.
#![cfg(feature = "async")]

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use perilune::api::{Error, Function, Lua};

#[derive(Default)]
struct Count(AtomicU32);
impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Pending as often as told.
async fn pause(times: u32) {
    let mut left = times;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

fn drive<T>(future: impl Future<Output = T>) -> (T, u32) {
    let count = Arc::new(Count::default());
    let waker = Waker::from(count.clone());
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return (result, count.0.load(Ordering::Relaxed));
        }
    }
}

fn state() -> Lua {
    let lua = Lua::new();
    let wait = lua
        .create_async_function(|weak, (times, value): (u32, String)| async move {
            pause(times).await;
            weak.upgrade()?.gc_collect()?;
            if value == "fail" {
                return Err(Error::runtime("failed"));
            }
            Ok((value, times))
        })
        .unwrap();
    lua.globals().set("wait", wait).unwrap();
    lua
}

#[test]
fn scripts_wait() {
    let lua = state();
    lua.gc_set_zeal(true).unwrap();
    let f: Function = lua
        .load("return function(n) local a = wait(n, 'a') local ok, e = pcall(wait, 1, 'fail') return a .. tostring(e) .. wait(0, 'b') end")
        .eval()
        .unwrap();
    let (result, wakes) = drive(f.call_async::<String>(3));
    let result = result.unwrap();
    assert!(
        result.starts_with('a') && result.contains("failed") && result.ends_with('b'),
        "{result}"
    );
    assert_eq!(wakes, 4);
    // A synchronous run says what is wrong.
    assert!(
        f.call::<String>(1)
            .unwrap_err()
            .to_string()
            .contains("synchronous")
    );
    let yields: Function = lua
        .load("return function() coroutine.yield(1) end")
        .eval()
        .unwrap();
    assert!(drive(yields.call_async::<()>(())).0.is_err());
}

#[test]
fn futures_are_dropped_with_their_call() {
    struct Noisy(Rc<Cell<bool>>);
    impl Drop for Noisy {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let lua = Lua::new();
    let dropped = Rc::new(Cell::new(false));
    let f = {
        let dropped = dropped.clone();
        lua.create_async_function(move |_, ()| {
            let noisy = Noisy(dropped.clone());
            async move {
                pause(u32::MAX).await;
                drop(noisy);
                Ok(())
            }
        })
        .unwrap()
    };
    {
        let mut call = pin!(f.call_async::<()>(()));
        assert!(
            call.as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
    }
    lua.gc_collect().unwrap();
    assert!(dropped.get());
    // The state's end in the middle of a call.
    let mut call = Box::pin(f.call_async::<()>(()));
    assert!(
        call.as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    drop(lua);
    assert!(matches!(
        call.as_mut().poll(&mut Context::from_waker(Waker::noop())),
        Poll::Ready(Err(Error::StateDropped))
    ));
}
