//! Lending.

use std::cell::{Cell, RefCell};

use perilune::api::{AnyUserData, Error, Function, Lua, UserData, UserDataMethods, Value};

struct List(Vec<i32>);
impl UserData for List {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("len", |_, this, ()| Ok(this.0.len()));
        methods.add_method_mut("push", |_, this, n: i32| {
            this.0.push(n);
            Ok(())
        });
        methods.add_method_mut("with", |_, _, f: Function| f.call::<Value>(()));
    }
}

#[test]
fn loans_end_with_their_scope() {
    let lua = Lua::new();
    let mut list = List(vec![]);
    let seen = RefCell::new(Vec::new());
    let globals = lua.globals();
    lua.scope(|scope| {
        globals.set("list", scope.create_userdata_ref_mut(&mut list)?)?;
        globals.set(
            "see",
            scope.create_function(|_, v: Value| {
                seen.borrow_mut().push(v.to_text()?);
                Ok(())
            })?,
        )?;
        lua.load("list:push(1) list:push(2) see(list:len()) kept = list.push")
            .exec()?;
        let error = lua
            .load("list:with(function() list:len() end)")
            .exec()
            .unwrap_err();
        assert!(error.to_string().contains("borrowed mutably"), "{error}");
        // No guard of a loan can leave the scope.
        let any: AnyUserData = globals.get("list")?;
        assert!(matches!(
            any.borrow::<List>(),
            Err(Error::UserDataTypeMismatch)
        ));
        assert!(matches!(
            any.take::<List>(),
            Err(Error::UserDataTypeMismatch)
        ));
        Ok(())
    })
    .unwrap();
    assert_eq!(list.0, [1, 2]);
    assert_eq!(*seen.borrow(), ["2"]);
    assert!(
        lua.load("see(1)")
            .exec()
            .unwrap_err()
            .to_string()
            .contains("scope has ended")
    );
    assert!(lua.load("list:push(1)").exec().is_err());
    assert!(lua.load("kept(list, 1)").exec().is_err());
    let shared = List(vec![1, 2, 3]);
    lua.scope(|scope| {
        let list = scope.create_userdata_ref(&shared)?;
        assert_eq!(list.call_method::<usize>("len", ())?, 3);
        assert!(list.call_method::<()>("push", 4).is_err());
        Ok(())
    })
    .unwrap();
}

#[test]
fn loans_end_when_things_go_wrong() {
    let lua = Lua::new();
    struct Noisy<'a>(&'a Cell<u32>);
    impl Drop for Noisy<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    /// Has a closure capture the whole value.
    fn whole<T>(value: &T) -> &T {
        value
    }
    let drops = Cell::new(0);
    let result: Result<(), Error> = lua.scope(|scope| {
        let noisy = Noisy(&drops);
        let f = scope.create_function(move |_, ()| Ok(whole(&noisy).0.get()))?;
        lua.globals().set("f", f)?;
        lua.load("f() error('x')").exec()
    });
    assert!(result.is_err());
    assert_eq!(drops.get(), 1);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        lua.scope(|scope| -> Result<(), Error> {
            let noisy = Noisy(&drops);
            let f = scope.create_function(move |_, ()| -> Result<(), Error> {
                let _ = &noisy;
                panic!("on purpose")
            })?;
            f.call(())
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(drops.get(), 2);
    // With each allocation failing in turn.
    for n in 1.. {
        lua.fail_allocation(n).unwrap();
        let before = drops.get();
        let noisy = Noisy(&drops);
        let result = lua.scope(|scope| {
            let f = scope.create_function(move |_, n: u32| Ok(whole(&noisy).0.get() + n))?;
            f.call::<u32>(1)
        });
        assert_eq!(drops.get(), before + 1);
        let awaits = lua.awaits_failure().unwrap();
        lua.fail_allocation(0).unwrap();
        match result {
            Ok(value) => assert_eq!(value, before + 1),
            Err(error) => assert!(matches!(error, Error::Memory), "{error:?}"),
        }
        if awaits {
            break;
        }
    }
    lua.gc_collect().unwrap();
}
