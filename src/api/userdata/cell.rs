//! Where values of the program lie in userdata, with a count of their borrows.
//!
//! A borrow keeps the value, not the userdata: if the collector frees the userdata meanwhile (a script with the debug library can arrange that),
//! the last borrow frees the value. So guards need no root.

extern crate alloc;
use alloc::boxed::Box;
use core::any::Any;
use core::cell::{Cell, UnsafeCell};
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

use crate::api::convert::Slots;
use crate::api::error::{Error, Result};
use crate::api::state::{Lua, Ref, try_box};
use crate::gc::OutOfMemory;
use crate::value::{Gc, Userdata, Value as Raw};
use crate::vm::Vm;

/// A value and its borrows.
struct Counted<T> {
    /// How many shared borrows there are; -1 is an exclusive one.
    borrows: Cell<isize>,
    /// The userdata is gone: the last borrow frees the value.
    is_orphan: Cell<bool>,
    value: UnsafeCell<Option<T>>,
}

/// What the userdata owns.
struct Held<T: 'static>(NonNull<Counted<T>>);

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        // SAFETY: the userdata's share keeps it until here.
        let counted = unsafe { self.0.as_ref() };
        if counted.borrows.get() == 0 {
            // SAFETY: nobody else has it.
            unsafe { free(self.0) }
        } else {
            counted.is_orphan.set(true);
        }
    }
}

/// Frees a value.
///
/// # Safety
/// `new` made it, and nobody uses it any more.
unsafe fn free<T>(counted: NonNull<Counted<T>>) {
    /// The collector may be at work: a panic must not unwind through it, and ends the program at this function's border.
    extern "C" fn drop_bounded<T>(counted: NonNull<Counted<T>>) {
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(counted.as_ptr()) });
    }
    drop_bounded(counted);
}

/// Userdata with a value, without a metatable.
pub(in crate::api) fn new<T: 'static>(vm: &mut Vm, value: T) -> Result<Gc<Userdata>> {
    let counted = try_box(Counted {
        borrows: Cell::new(0),
        is_orphan: Cell::new(false),
        value: UnsafeCell::new(Some(value)),
    })?;
    let held: Box<dyn Any> = try_box(Held(NonNull::from(Box::leak(counted))))?;
    match vm.heap().new_userdata(Some(held)) {
        Ok(userdata) => Ok(userdata),
        Err(OutOfMemory) => Err(Error::Memory),
    }
}

/// The value of type `T` in a userdata.
fn find<T: 'static>(value: Raw) -> Option<NonNull<Counted<T>>> {
    let userdata = value.as_userdata()?;
    let payload = userdata.payload.try_borrow().ok()?;
    Some(payload.as_ref()?.downcast_ref::<Held<T>>()?.0)
}

/// Does the value hold a `T`, whatever its state?
pub(in crate::api) fn is<T: 'static>(value: Raw) -> bool {
    find::<T>(value).is_some()
}

/// A shared borrow of the value of a userdata.
pub struct UserDataRef<T: 'static>(NonNull<Counted<T>>);

/// An exclusive borrow of the value of a userdata.
pub struct UserDataRefMut<T: 'static>(NonNull<Counted<T>>);

/// Borrows the value of a userdata.
pub(in crate::api) fn borrow<T: 'static>(value: Raw) -> Result<UserDataRef<T>> {
    let counted = find::<T>(value).ok_or(Error::UserDataTypeMismatch)?;
    // SAFETY: the userdata keeps it.
    let this = unsafe { counted.as_ref() };
    let borrows = this.borrows.get();
    if borrows < 0 || borrows == isize::MAX {
        return Err(Error::UserDataBorrow);
    }
    // SAFETY: there is no exclusive borrow.
    if unsafe { (*this.value.get()).is_none() } {
        return Err(Error::UserDataDestructed);
    }
    this.borrows.set(borrows + 1);
    Ok(UserDataRef(counted))
}

/// Borrows the value of a userdata exclusively.
pub(in crate::api) fn borrow_mut<T: 'static>(value: Raw) -> Result<UserDataRefMut<T>> {
    let counted = find::<T>(value).ok_or(Error::UserDataTypeMismatch)?;
    // SAFETY: the userdata keeps it.
    let this = unsafe { counted.as_ref() };
    if this.borrows.get() != 0 {
        return Err(Error::UserDataBorrowMut);
    }
    // SAFETY: there is no borrow.
    if unsafe { (*this.value.get()).is_none() } {
        return Err(Error::UserDataDestructed);
    }
    this.borrows.set(-1);
    Ok(UserDataRefMut(counted))
}

/// Takes the value out of a userdata.
pub(in crate::api) fn take<T: 'static>(value: Raw) -> Result<T> {
    let counted = find::<T>(value).ok_or(Error::UserDataTypeMismatch)?;
    // SAFETY: the userdata keeps it.
    let this = unsafe { counted.as_ref() };
    if this.borrows.get() != 0 {
        return Err(Error::UserDataBorrowMut);
    }
    // SAFETY: there is no borrow, and none begins meanwhile.
    unsafe { (*this.value.get()).take() }.ok_or(Error::UserDataDestructed)
}

impl<T> Deref for UserDataRef<T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: the borrow is counted, so the value stays, unchanged; `borrow` found it there.
        unsafe { (*self.0.as_ref().value.get()).as_ref().unwrap_unchecked() }
    }
}

impl<T> Deref for UserDataRefMut<T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: the borrow is counted, and exclusive; `borrow_mut` found the value there.
        unsafe { (*self.0.as_ref().value.get()).as_ref().unwrap_unchecked() }
    }
}

impl<T> DerefMut for UserDataRefMut<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        unsafe { (*self.0.as_ref().value.get()).as_mut().unwrap_unchecked() }
    }
}

impl<T> Drop for UserDataRef<T> {
    fn drop(&mut self) {
        // SAFETY: the borrow keeps it.
        let this = unsafe { self.0.as_ref() };
        this.borrows.set(this.borrows.get() - 1);
        if this.borrows.get() == 0 && this.is_orphan.get() {
            // SAFETY: this was the last borrow, and the userdata is gone.
            unsafe { free(self.0) }
        }
    }
}

impl<T> Drop for UserDataRefMut<T> {
    fn drop(&mut self) {
        // SAFETY: the borrow keeps it.
        let this = unsafe { self.0.as_ref() };
        this.borrows.set(0);
        if this.is_orphan.get() {
            // SAFETY: this was the only borrow, and the userdata is gone.
            unsafe { free(self.0) }
        }
    }
}

impl<T: core::fmt::Debug> core::fmt::Debug for UserDataRef<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: core::fmt::Debug> core::fmt::Debug for UserDataRefMut<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        (**self).fmt(f)
    }
}

// ---- what is borrowed for a scope ----

/// A reference that a scope lends to scripts. It is taken out of its userdata before the scope ends.
///
/// Only methods reach what it refers to, for their own time: guards that a program could keep are given for owned values alone.
pub(in crate::api) struct Lent<T: 'static> {
    value: NonNull<T>,
    is_exclusive: bool,
}

/// A callback that a scope lends to scripts.
type LentCallback = Box<dyn ScopedCall>;

/// A callback with its conversions.
pub(in crate::api) trait ScopedCall {
    /// Calls it; the results are pushed and counted.
    fn call(&self, lua: &Lua, args: Slots) -> Result<usize>;
}

/// Something that a scope lent.
pub(in crate::api) enum Loan {
    /// A callback.
    Callback(Ref),
    /// A value.
    Value(Ref, fn(Raw) -> Result<()>),
}

impl Loan {
    /// Takes it back.
    pub(in crate::api) fn end(self) {
        let ended = match self {
            Loan::Callback(reference) => match reference.raw() {
                Ok(raw) => take::<LentCallback>(raw).map(drop),
                Err(_) => Ok(()),
            },
            Loan::Value(reference, end) => match reference.raw() {
                Ok(raw) => end(raw),
                Err(_) => Ok(()),
            },
        };
        if let Err(Error::UserDataBorrowMut) = ended {
            // A call that is still running would outlive the scope. It lies within the scope's own function, so there is none.
            unreachable!("a scope ended within one of its own callbacks");
        }
    }
}

/// Userdata with a reference that is valid until its loan has ended.
///
/// # Safety
/// The caller ends the loan before the reference does, whatever happens.
pub(in crate::api) unsafe fn lend<T: 'static>(
    vm: &mut Vm,
    value: NonNull<T>,
    is_exclusive: bool,
) -> Result<Gc<Userdata>> {
    new(
        vm,
        Lent {
            value,
            is_exclusive,
        },
    )
}

/// How the loan of a `T` ends.
pub(in crate::api) fn end_of_loan<T: 'static>(value: Raw) -> Result<()> {
    take::<Lent<T>>(value).map(drop)
}

/// Userdata with a callback that is valid until its loan has ended.
///
/// # Safety
/// As for [`lend`].
pub(in crate::api) unsafe fn lend_callback<'scope>(
    vm: &mut Vm,
    callback: Box<dyn ScopedCall + 'scope>,
) -> Result<Gc<Userdata>> {
    // SAFETY: only the lifetime differs, and the caller keeps to it.
    let callback = unsafe {
        core::mem::transmute::<Box<dyn ScopedCall + 'scope>, Box<dyn ScopedCall + 'static>>(
            callback,
        )
    };
    new::<LentCallback>(vm, callback)
}

/// Drops the callback of a userdata.
pub(in crate::api) fn end_callback(value: Raw) {
    drop(take::<LentCallback>(value));
}

/// Calls the callback of a userdata.
pub(in crate::api) fn call_lent(value: Raw, lua: &Lua, args: Slots) -> Result<usize> {
    match borrow::<LentCallback>(value) {
        Ok(callback) => callback.call(lua, args),
        Err(_) => Err(Error::CallbackDestructed),
    }
}

/// The value of a method while the method runs.
pub(in crate::api) enum This<T: 'static> {
    Owned(UserDataRef<T>),
    Lent(UserDataRef<Lent<T>>),
}

/// The value of a method that changes it, while the method runs.
pub(in crate::api) enum ThisMut<T: 'static> {
    Owned(UserDataRefMut<T>),
    Lent(UserDataRefMut<Lent<T>>),
}

/// Borrows the value of a method.
#[inline]
pub(in crate::api) fn borrow_this<T: 'static>(value: Raw) -> Result<This<T>> {
    match borrow(value) {
        Ok(owned) => Ok(This::Owned(owned)),
        Err(Error::UserDataTypeMismatch) => Ok(This::Lent(borrow(value)?)),
        Err(error) => Err(error),
    }
}

/// Borrows the value of a method that changes it.
#[inline]
pub(in crate::api) fn borrow_this_mut<T: 'static>(value: Raw) -> Result<ThisMut<T>> {
    match borrow_mut(value) {
        Ok(owned) => Ok(ThisMut::Owned(owned)),
        Err(Error::UserDataTypeMismatch) => {
            let lent = borrow_mut::<Lent<T>>(value)?;
            if lent.is_exclusive {
                Ok(ThisMut::Lent(lent))
            } else {
                Err(Error::UserDataBorrowMut)
            }
        }
        Err(error) => Err(error),
    }
}

impl<T> Deref for This<T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        match self {
            This::Owned(owned) => owned,
            // SAFETY: the loan hasn't ended, since it is borrowed; `lend`'s caller keeps the reference valid until then.
            This::Lent(lent) => unsafe { lent.value.as_ref() },
        }
    }
}

impl<T> Deref for ThisMut<T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        match self {
            ThisMut::Owned(owned) => owned,
            // SAFETY: as above.
            ThisMut::Lent(lent) => unsafe { lent.value.as_ref() },
        }
    }
}

impl<T> DerefMut for ThisMut<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        match self {
            ThisMut::Owned(owned) => owned,
            // SAFETY: as above; the loan is exclusive, and so is its borrow.
            ThisMut::Lent(lent) => unsafe { lent.value.as_mut() },
        }
    }
}

/// The error of a callback in an error value, if it is still there.
pub(in crate::api) fn take_error(value: Raw) -> Option<Error> {
    take::<Error>(value).ok()
}
