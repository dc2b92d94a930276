//! Values of Rust types in scripts.

use std::cell::Cell;
use std::rc::Rc;

use perilune::api::{
    AnyUserData, Error, Function, Lua, MetaMethod, UserData, UserDataFields, UserDataMethods,
    UserDataRef, Value,
};

struct Account {
    owner: String,
    balance: i64,
    drops: Rc<Cell<u32>>,
}

impl Drop for Account {
    fn drop(&mut self) {
        self.drops.set(self.drops.get() + 1);
    }
}

impl UserData for Account {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_field("KIND", "account");
        fields.add_field_method_get("owner", |_, this| Ok(this.owner.clone()));
        fields.add_field_method_set("owner", |_, this, owner: String| {
            this.owner = owner;
            Ok(())
        });
    }
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method("balance", |_, this, ()| Ok(this.balance));
        methods.add_method_mut("deposit", |_, this, amount: i64| {
            this.balance += amount;
            Ok(this.balance)
        });
        methods.add_method("with", |_, this, f: Function| f.call::<Value>(this.balance));
        methods.add_method_mut("with_mut", |_, this, f: Function| {
            f.call::<Value>(this.balance)
        });
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| {
            Ok(format!("{}: {}", this.owner, this.balance))
        });
        methods.add_meta_function(
            MetaMethod::Lt,
            |_, (a, b): (UserDataRef<Account>, UserDataRef<Account>)| Ok(a.balance < b.balance),
        );
        methods.add_meta_method(MetaMethod::Index, |_, _, key: String| {
            Ok(format!("no {key}"))
        });
    }
}

fn account(drops: &Rc<Cell<u32>>) -> Account {
    Account {
        owner: "me".to_string(),
        balance: 10,
        drops: drops.clone(),
    }
}

#[test]
fn methods_fields_and_metamethods() {
    let drops = Rc::default();
    let lua = Lua::new();
    lua.globals().set("a", account(&drops)).unwrap();
    lua.globals().set("b", account(&drops)).unwrap();
    lua.load(
        "assert(a:balance() == 10 and a:deposit(5) == 15 and a.KIND == 'account')
         a.owner = a.owner .. '!'
         assert(tostring(a) == 'me!: 15' and b < a and not (a < b))
         assert(a.nothing == 'no nothing')
         assert(a:with(function(n) return n + a:balance() end) == 30)",
    )
    .exec()
    .unwrap();
    let message = |source: &str| {
        lua.load(source)
            .set_name("=s")
            .exec()
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message("a:deposit({})"),
        "s:1: bad argument #1 to 'deposit' (number expected, got table)"
    );
    assert_eq!(
        message("a.deposit(1, 2)"),
        "s:1: bad argument #1 to 'deposit' (Account expected, got number)"
    );
    assert_eq!(
        message("a.balance(io)"),
        "s:1: bad argument #1 to 'balance' (Account expected, got nil)"
    );
    assert!(message("a:with(function() a:deposit(1) end)").contains("the value is borrowed"));
    assert!(message("a:with_mut(function() a:balance() end)").contains("borrowed mutably"));
    assert!(message("a.KIND = 1").contains("unknown field"));
    assert_eq!(lua.load("return a:balance()").eval::<i64>().unwrap(), 15);
    assert_eq!(
        lua.load("return getmetatable(a)").eval::<Value>().unwrap(),
        Value::Boolean(false)
    );
    let a: AnyUserData = lua.globals().get("a").unwrap();
    assert_eq!(a.get::<String>("owner").unwrap(), "me!");
    assert_eq!(a.call_method::<i64>("deposit", 1).unwrap(), 16);
    assert!(a.is::<Account>() && !a.is::<String>());
    lua.load("a = nil b = nil").exec().unwrap();
    drop(a);
    lua.gc_collect().unwrap();
    assert_eq!(drops.get(), 2);
}

#[test]
fn borrows_outlive_what_scripts_do() {
    let drops = Rc::default();
    let lua = Lua::builder()
        .libraries(perilune::api::Libs::ALL)
        .build()
        .unwrap();
    let a = lua.create_userdata(account(&drops)).unwrap();
    let borrowed = a.borrow::<Account>().unwrap();
    drop(a);
    lua.gc_collect().unwrap();
    assert_eq!(borrowed.balance, 10);
    assert_eq!(drops.get(), 0);
    drop(borrowed);
    assert_eq!(drops.get(), 1);
    // A script that takes the running method's object and function away.
    lua.globals().set("a", account(&drops)).unwrap();
    lua.load(
        "local with = a.with
         local function evil()
             a = nil
             for level = 2, 10 do
                 if not debug.getinfo(level, 'f') then break end
                 for i = 1, 10 do debug.setlocal(level, i, nil) end
             end
             debug.setupvalue(with, 1, 7)
             collectgarbage() collectgarbage()
             return 1
         end
         return with(a, evil)",
    )
    .eval::<Value>()
    .unwrap();
    lua.gc_collect().unwrap();
    assert_eq!(drops.get(), 2);
    let error = lua.load("return debug.setupvalue(print, 1, 1)").exec();
    assert!(error.is_ok());
}

#[test]
fn values_are_taken_back() {
    let drops = Rc::default();
    let lua = Lua::new();
    let a = lua.create_userdata(account(&drops)).unwrap();
    lua.globals().set("a", &a).unwrap();
    let taken: Account = a.take().unwrap();
    assert_eq!(taken.balance, 10);
    let error = lua.load("a:balance()").exec().unwrap_err();
    assert!(error.to_string().contains("gone"), "{error}");
    assert!(matches!(
        a.take::<Account>(),
        Err(Error::UserDataDestructed)
    ));
    assert!(matches!(
        a.borrow::<String>(),
        Err(Error::UserDataTypeMismatch)
    ));
}

#[test]
fn drops_may_use_handles() {
    struct Owner(perilune::api::Table, Rc<Cell<bool>>);
    impl UserData for Owner {}
    impl Drop for Owner {
        fn drop(&mut self) {
            // The collector is at work, or the state is gone.
            self.1.set(matches!(
                self.0.set("x", 1),
                Err(Error::Busy | Error::StateDropped)
            ));
            drop(self.0.clone());
        }
    }
    let lua = Lua::new();
    for at_end in [false, true] {
        let refused = Rc::new(Cell::new(false));
        let owner = Owner(lua.create_table().unwrap(), refused.clone());
        lua.create_userdata(owner).unwrap();
        if !at_end {
            lua.gc_collect().unwrap();
            assert!(refused.get());
        }
    }
    let refused = Rc::new(Cell::new(false));
    let owner = Owner(lua.create_table().unwrap(), refused.clone());
    lua.globals().set("o", owner).unwrap();
    drop(lua);
    assert!(refused.get());
}

#[test]
fn types_that_need_themselves_are_refused() {
    struct Loop;
    impl UserData for Loop {
        fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
            fields.add_field("ONE", Loop);
        }
    }
    let lua = Lua::new();
    for _ in 0..2 {
        let error = lua.create_userdata(Loop).unwrap_err();
        assert!(error.to_string().contains("register"), "{error}");
    }
}

#[test]
fn finalizers_dont_keep_a_state_from_ending() {
    let lua = Lua::new();
    lua.load(
        "for i = 1, 5 do getmetatable(newproxy(true)).__gc = function() while true do end end end",
    )
    .exec()
    .unwrap();
    drop(lua);
    let lua = Lua::new();
    let log = Rc::new(Cell::new(0));
    let seen = log.clone();
    let note = lua
        .create_function(move |lua, n: i32| {
            seen.set(seen.get() + n);
            lua.create_table()?.set(1, n)
        })
        .unwrap();
    lua.globals().set("note", note).unwrap();
    lua.load("kept = {} for i = 1, 5 do kept[i] = newproxy(true) getmetatable(kept[i]).__gc = function() note(i) error('x') end end")
        .exec()
        .unwrap();
    drop(lua);
    assert_eq!(log.get(), 15);
}
