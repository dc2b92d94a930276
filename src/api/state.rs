//! The embedding API's part of a state, its owners and its handles, and how they reach the engine.
//!
//! Together with `userdata::cell` and `scope`, which lends what it has, this is the only module of the API with unsafe code.
//!
//! # Ownership
//! An [`Inner`] is counted: *owners* ([`Lua`]) keep the engine's state alive, *handles* ([`Ref`]) keep only the `Inner` itself. When the last owner
//! goes, finalizers run, the engine's state is dropped, and handles answer [`Error::StateDropped`] from then on.
//!
//! # Access
//! `Inner::vm` is the only way to the engine. It is null while somebody is in there: [`Inner::enter`] takes the pointer out, works, and
//! puts it back. A native function gets the engine back as an argument and lends it to the callback the same way ([`with_lua`]). So at any
//! time at most one `&mut Vm` is usable, each derived from the one before, and user code that the engine calls in the middle of its work (a host's
//! method, the `Drop` of userdata that is swept) finds null and gets [`Error::Busy`].
//!
//! # References
//! What handles refer to lies in the array of a table that is a root of the collector (`Vm::host_refs`). A handle is a slot's number; clones
//! share the slot and count. Slots hold values even while the engine is busy, since objects are changed through cells only.

extern crate alloc;
use alloc::alloc::{Layout, alloc, dealloc};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::TypeId;
use core::cell::{Cell, RefCell};
use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};

use super::app_data::AppData;
use super::error::{Error, Result};
use crate::gc::OutOfMemory;
use crate::value::{Gc, Table, Value as Raw};
use crate::vm::Vm;
use crate::vm::entry::Aside;
use crate::vm::native::Raised;
use crate::vm::run::StopReason;

/// The end of the list of free slots.
pub(super) const NO_SLOT: u32 = u32::MAX;
/// The slot of the globals, which is never freed.
pub(super) const GLOBALS: u32 = 0;
/// Slots that a state has from the beginning.
const FIRST_SLOTS: u32 = 16;

/// The fuel that finalizers get at a state's end, if there is as much: dropping a state comes to an end whatever its scripts left.
const CLOSING_FUEL: u64 = 10_000_000;

/// What the API knows of a state.
pub(crate) struct Inner {
    owners: Cell<usize>,
    handles: Cell<usize>,
    vm: Cell<*mut Vm>,
    is_dead: Cell<bool>,
    /// The table whose array holds what handles refer to.
    refs: Cell<Option<Gc<Table>>>,
    /// How many handles share a slot; of a free one the next free slot.
    counts: RefCell<Vec<u32>>,
    free: Cell<u32>,
    /// Runs that are under way, one within the other.
    pub(super) depth: Cell<u32>,
    pub(super) max_depth: Cell<u32>,
    /// A run within another one stopped: so has the outer one to.
    pub(super) inner_stop: Cell<Option<StopReason>>,
    /// The outermost run, when it stopped.
    pub(super) stopped: RefCell<Option<Aside>>,
    /// Metatables by the type of userdata.
    pub(super) types: RefCell<Vec<(TypeId, u32)>>,
    pub(super) app_data: AppData,
    /// The slot of the environment that chunks get, or [`NO_SLOT`].
    pub(super) environment: Cell<u32>,
    pub(super) interrupt: InterruptHandle,
    /// Wakes the call that is being polled.
    #[cfg(feature = "async")]
    pub(super) waker: super::future::CurrentWaker,
    /// A callback's panic on its way to whoever began the run.
    #[cfg(feature = "std")]
    pub(super) panic: RefCell<Option<Box<dyn core::any::Any + Send>>>,
}

/// A Lua state.
///
/// Cloning gives another owner of the same state. When the last one is dropped, finalizers run and all memory is given back;
/// handles ([`Table`](super::Table), [`Function`](super::Function), …) may outlive the state, and their methods then fail with
/// [`Error::StateDropped`]. So a callback may own handles of the state that owns the callback.
///
/// A `Lua` stays on its thread. With the feature `std`, `SendLua` is what several threads can use.
///
/// ```
/// # fn main() -> Result<(), perilune::api::Error> {
/// use perilune::api::Lua;
///
/// let lua = Lua::builder().build()?;
/// let answer: i64 = lua.load("return 6 * 7").eval()?;
/// assert_eq!(answer, 42);
/// # Ok(())
/// # }
/// ```
pub struct Lua {
    inner: NonNull<Inner>,
}

/// Allocates a box, or says that there is no memory.
pub(super) fn try_box<T>(value: T) -> Result<Box<T>> {
    let layout = Layout::new::<T>();
    if layout.size() == 0 {
        // Nothing is allocated.
        return Ok(Box::new(value));
    }
    // SAFETY: the layout's size isn't 0.
    let place = NonNull::new(unsafe { alloc(layout) }).ok_or(Error::Memory)?;
    let place = place.cast::<T>();
    // SAFETY: the place is new, of the type's layout, and of the allocator that boxes use.
    unsafe {
        place.write(value);
        Ok(Box::from_raw(place.as_ptr()))
    }
}

impl Lua {
    /// Takes a new engine over.
    pub(super) fn adopt(vm: Box<Vm>, interrupt: InterruptHandle, max_depth: u32) -> Result<Lua> {
        let inner = try_box(Inner {
            owners: Cell::new(1),
            handles: Cell::new(0),
            vm: Cell::new(ptr::null_mut()),
            is_dead: Cell::new(false),
            refs: Cell::new(None),
            counts: RefCell::new(Vec::new()),
            free: Cell::new(NO_SLOT),
            depth: Cell::new(0),
            max_depth: Cell::new(max_depth),
            inner_stop: Cell::new(None),
            stopped: RefCell::new(None),
            types: RefCell::new(Vec::new()),
            app_data: AppData::default(),
            environment: Cell::new(NO_SLOT),
            interrupt,
            #[cfg(feature = "async")]
            waker: super::future::CurrentWaker::default(),
            #[cfg(feature = "std")]
            panic: RefCell::new(None),
        })?;
        let inner = NonNull::from(Box::leak(inner));
        let lua = Lua { inner };
        let vm = Box::into_raw(vm);
        lua.inner().vm.set(vm);
        lua.enter(|vm| {
            vm.owner = inner.as_ptr().cast_const().cast();
            lua.inner().make_refs(vm)
        })??;
        Ok(lua)
    }

    #[inline(always)]
    pub(super) fn inner(&self) -> &Inner {
        // SAFETY: an owner keeps it.
        unsafe { self.inner.as_ref() }
    }

    /// Works with the engine.
    #[inline(always)]
    pub(super) fn enter<R>(&self, work: impl FnOnce(&mut Vm) -> R) -> Result<R> {
        self.inner().enter(work)
    }

    /// Works with the engine, and makes an error of what it raises.
    #[inline(always)]
    pub(super) fn try_enter<R>(
        &self,
        work: impl FnOnce(&mut Vm) -> core::result::Result<R, Raised>,
    ) -> Result<R> {
        match self.enter(work)? {
            Ok(r) => Ok(r),
            Err(_) => Err(self.take_error()),
        }
    }

    /// Are both owners of the same state?
    pub fn is_same(&self, other: &Lua) -> bool {
        self.inner == other.inner
    }

    /// A handle of a value. Only for values that are rooted, or that were found since the last safepoint.
    pub(super) fn new_ref(&self, value: Raw) -> Result<Ref> {
        let slot = self.enter(|vm| self.inner().take_slot(vm, value))??;
        Ok(self.ref_of_slot(slot))
    }

    /// The same within [`Lua::enter`].
    pub(super) fn new_ref_in(&self, vm: &mut Vm, value: Raw) -> Result<Ref> {
        let slot = self.inner().take_slot(vm, value)?;
        Ok(self.ref_of_slot(slot))
    }

    fn ref_of_slot(&self, slot: u32) -> Ref {
        let handles = &self.inner().handles;
        handles.set(handles.get() + 1);
        Ref {
            inner: self.inner,
            slot,
        }
    }

    /// Another handle of a slot that stays in use.
    pub(super) fn ref_to(&self, slot: u32) -> Ref {
        self.inner().count_up(slot);
        self.ref_of_slot(slot)
    }
}

impl Clone for Lua {
    fn clone(&self) -> Lua {
        let owners = &self.inner().owners;
        owners.set(owners.get() + 1);
        Lua { inner: self.inner }
    }
}

impl Drop for Lua {
    #[inline]
    fn drop(&mut self) {
        let owners = &self.inner().owners;
        match owners.get() {
            1 => self.drop_last(),
            n => owners.set(n - 1),
        }
    }
}

impl Lua {
    #[cold]
    #[inline(never)]
    fn drop_last(&mut self) {
        let inner = self.inner();
        // Finalizers get the state as usual, and may even keep it.
        inner.close();
        inner.owners.set(inner.owners.get() - 1);
        if inner.owners.get() > 0 {
            return;
        }
        inner.handles.set(inner.handles.get() + 1);
        inner.die();
        // SAFETY: this is the handle counted above.
        unsafe { release(self.inner) }
    }
}

/// A handle of a state that doesn't keep it.
pub struct WeakLua {
    inner: NonNull<Inner>,
}

impl Lua {
    /// A handle of the state for callbacks and whatever else belongs to the state, which would keep it for ever by an owner.
    pub fn weak(&self) -> WeakLua {
        let handles = &self.inner().handles;
        handles.set(handles.get() + 1);
        WeakLua { inner: self.inner }
    }
}

impl WeakLua {
    /// An owner of the state.
    ///
    /// # Errors
    /// [`Error::StateDropped`]
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::api::Error> {
    /// use perilune::api::{Error, Lua};
    ///
    /// let lua = Lua::builder().build()?;
    /// let weak = lua.weak();
    /// assert!(weak.upgrade()?.is_same(&lua));
    /// drop(lua);
    /// assert!(matches!(weak.upgrade(), Err(Error::StateDropped)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn upgrade(&self) -> Result<Lua> {
        // SAFETY: a handle has a share of it.
        unsafe { Inner::owner(self.inner) }
    }
}

impl Clone for WeakLua {
    fn clone(&self) -> WeakLua {
        // SAFETY: as above.
        let handles = unsafe { &self.inner.as_ref().handles };
        handles.set(handles.get() + 1);
        WeakLua { inner: self.inner }
    }
}

impl Drop for WeakLua {
    fn drop(&mut self) {
        // SAFETY: the share is this handle's.
        unsafe { release(self.inner) }
    }
}

/// Gives a handle's share of an `Inner` back.
///
/// # Safety
/// The share is the caller's, and isn't used afterwards.
unsafe fn release(inner: NonNull<Inner>) {
    // SAFETY: the share keeps it until here.
    let last = unsafe {
        let this = inner.as_ref();
        this.handles.set(this.handles.get() - 1);
        this.handles.get() == 0 && this.owners.get() == 0
    };
    if last {
        // SAFETY: neither owners nor handles are left; `adopt` made it as a box.
        drop(unsafe { Box::from_raw(inner.as_ptr()) });
    }
}

/// Puts the engine back, or, when a panic goes through, leaves it out for good.
struct Entered<'a> {
    inner: &'a Inner,
    vm: *mut Vm,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        // Reached by unwinding only: `enter` forgets the guard otherwise.
        self.inner.is_dead.set(true);
        self.inner.refs.set(None);
    }
}

impl Inner {
    /// Another owner, if there is one.
    ///
    /// # Safety
    /// The caller has a share of `inner`.
    #[inline]
    unsafe fn owner(inner: NonNull<Inner>) -> Result<Lua> {
        // SAFETY: the caller's promise.
        let this = unsafe { inner.as_ref() };
        if this.is_dead.get() || this.owners.get() == 0 {
            return Err(Error::StateDropped);
        }
        this.owners.set(this.owners.get() + 1);
        Ok(Lua { inner })
    }

    #[inline(always)]
    fn enter<R>(&self, work: impl FnOnce(&mut Vm) -> R) -> Result<R> {
        let vm = self.vm.replace(ptr::null_mut());
        if vm.is_null() {
            return Err(self.refusal());
        }
        let guard = Entered { inner: self, vm };
        // SAFETY: whoever put the pointer there has lent the engine, and nobody else has it (module documentation).
        let result = work(unsafe { &mut *guard.vm });
        self.vm.set(guard.vm);
        core::mem::forget(guard);
        Ok(result)
    }

    #[cold]
    fn refusal(&self) -> Error {
        if self.is_dead.get() {
            Error::StateDropped
        } else {
            Error::Busy
        }
    }

    // ---- slots ----

    fn make_refs(&self, vm: &mut Vm) -> Result<()> {
        let heap = vm.heap();
        let table = Table::new(heap, FIRST_SLOTS, 0).map_err(|OutOfMemory| Error::Memory)?;
        vm.host_refs = table.into();
        self.refs.set(Some(table));
        let globals = vm.globals();
        let slot = self.take_slot(vm, globals.into())?;
        debug_assert_eq!(slot, GLOBALS);
        Ok(())
    }

    fn take_slot(&self, vm: &mut Vm, value: Raw) -> Result<u32> {
        let table = self.refs.get().ok_or(Error::StateDropped)?;
        let used = self.counts.borrow().len() as u32;
        if self.free.get() == NO_SLOT && used >= table.asize.get() {
            // Allocating may sweep, and userdata that is swept may drop handles: nothing is borrowed here.
            let heap = vm.heap();
            let write = heap.write(table);
            write
                .reserve_array(heap, used.saturating_mul(2).max(FIRST_SLOTS))
                .map_err(|OutOfMemory| Error::Memory)?;
        }
        let mut counts = self.counts.borrow_mut();
        let slot = match self.free.get() {
            NO_SLOT => {
                counts.try_reserve(1).map_err(|_| Error::Memory)?;
                counts.push(0);
                used
            }
            slot => {
                self.free.set(counts[slot as usize]);
                slot
            }
        };
        counts[slot as usize] = 1;
        drop(counts);
        let _barrier = vm.heap().write_entry(table, Raw::int(slot as i32), value);
        if let Some(place) = table.array_slot(slot) {
            place.set(value);
        }
        Ok(slot)
    }

    fn count_up(&self, slot: u32) {
        let mut counts = self.counts.borrow_mut();
        // A slot of four thousand million handles is never freed.
        counts[slot as usize] = counts[slot as usize].saturating_add(1);
    }

    fn count_down(&self, slot: u32) {
        let mut counts = self.counts.borrow_mut();
        let count = &mut counts[slot as usize];
        if *count == u32::MAX {
            return;
        }
        *count -= 1;
        if *count == 0 {
            *count = self.free.replace(slot);
            if let Some(place) = self
                .refs
                .get()
                .and_then(|table| table.array_slot(slot).map(ptr::from_ref))
            {
                // SAFETY: the table lives as long as `refs` says, and its array doesn't move meanwhile.
                unsafe { (*place).set(Raw::NIL) };
            }
        }
    }

    #[inline]
    fn value(&self, slot: u32) -> Option<Raw> {
        Some(self.refs.get()?.array_slot(slot)?.get())
    }

    // ---- the end ----

    fn close(&self) {
        if self.vm.get().is_null() {
            return;
        }
        self.stopped.replace(None);
        // A failure to enter means that there is nothing to close.
        let _ = self.enter(|vm| {
            let fuel = vm.fuel().unwrap_or(CLOSING_FUEL).min(CLOSING_FUEL);
            vm.set_fuel(Some(fuel));
            vm.close();
            let _ = vm.flush_streams();
        });
    }

    fn die(&self) {
        self.is_dead.set(true);
        self.refs.set(None);
        let vm = self.vm.replace(ptr::null_mut());
        // Their destructors find the state dropped.
        self.app_data.clear();
        if !vm.is_null() {
            // SAFETY: `adopt` made a raw pointer of the box, and nobody is in the engine.
            drop(unsafe { Box::from_raw(vm) });
        }
    }
}

/// A reference to a value of a state: what every handle consists of.
pub(crate) struct Ref {
    inner: NonNull<Inner>,
    slot: u32,
}

impl Ref {
    #[inline(always)]
    fn inner(&self) -> &Inner {
        // SAFETY: a handle has a share of it.
        unsafe { self.inner.as_ref() }
    }

    /// An owner of the state, if it isn't dropped.
    #[inline]
    pub(super) fn lua(&self) -> Result<Lua> {
        // SAFETY: a handle has a share of it.
        unsafe { Inner::owner(self.inner) }
    }

    /// The value. It is alive as long as the handle is.
    #[inline]
    pub(super) fn raw(&self) -> Result<Raw> {
        self.inner().value(self.slot).ok_or(Error::StateDropped)
    }

    /// The value, for the state `lua`.
    #[inline]
    pub(super) fn raw_for(&self, lua: &Lua) -> Result<Raw> {
        if self.inner != lua.inner {
            return Err(Error::WrongState);
        }
        self.raw()
    }

    /// Do both refer to the same object?
    pub(super) fn is_same(&self, other: &Ref) -> bool {
        self.inner == other.inner
            && match (self.raw(), other.raw()) {
                (Ok(a), Ok(b)) => a == b,
                _ => self.slot == other.slot,
            }
    }

    /// The handle of a slot that [`Ref::into_slot`] left in use.
    pub(super) fn from_slot(lua: &Lua, slot: u32) -> Ref {
        lua.ref_of_slot(slot)
    }

    /// The slot, which is left in use for good.
    pub(super) fn into_slot(self) -> u32 {
        let this = ManuallyDrop::new(self);
        // SAFETY: the share is this handle's, which is gone.
        unsafe { release(this.inner) };
        this.slot
    }
}

impl Clone for Ref {
    fn clone(&self) -> Ref {
        let inner = self.inner();
        inner.count_up(self.slot);
        inner.handles.set(inner.handles.get() + 1);
        Ref {
            inner: self.inner,
            slot: self.slot,
        }
    }
}

impl Drop for Ref {
    fn drop(&mut self) {
        self.inner().count_down(self.slot);
        // SAFETY: the share is this handle's.
        unsafe { release(self.inner) }
    }
}

/// Lends the engine, which called a native function, to that function's callback.
#[inline(always)]
pub(super) fn with_lua<R>(vm: &mut Vm, work: impl FnOnce(&Lua) -> R) -> R {
    // SAFETY: only `adopt`ed states have functions that come here; whoever runs them is an owner until the run ends.
    let inner = unsafe { NonNull::new_unchecked(vm.owner.cast_mut().cast()) };
    let lua = ManuallyDrop::new(Lua { inner });
    let before = lua.inner().vm.replace(vm);
    debug_assert!(before.is_null());
    let result = work(&lua);
    lua.inner().vm.set(before);
    result
}

/// Asks the running script of a state to stop, from any thread.
///
/// The run ends with [`Error::Interrupted`] within about a millisecond of the script's own work, and can be resumed. A request that comes
/// while nothing runs is for the next run.
///
/// ```
/// # fn main() -> Result<(), perilune::api::Error> {
/// use perilune::api::{Error, Lua};
///
/// let lua = Lua::builder().build()?;
/// let handle = lua.interrupt_handle();
/// handle.interrupt(); // from another thread, usually
/// assert!(matches!(lua.load("while true do end").exec(), Err(Error::Interrupted)));
/// # Ok(())
/// # }
/// ```
pub struct InterruptHandle {
    flag: NonNull<Flag>,
}

struct Flag {
    count: AtomicUsize,
    requested: AtomicBool,
}

// SAFETY: the flag is made of atomics, and the count is kept as atomically counted pointers keep it.
unsafe impl Send for InterruptHandle {}
// SAFETY: as above.
unsafe impl Sync for InterruptHandle {}

impl InterruptHandle {
    pub(super) fn new() -> Result<InterruptHandle> {
        let flag = try_box(Flag {
            count: AtomicUsize::new(1),
            requested: AtomicBool::new(false),
        })?;
        Ok(InterruptHandle {
            flag: NonNull::from(Box::leak(flag)),
        })
    }

    fn flag(&self) -> &Flag {
        // SAFETY: a handle keeps it.
        unsafe { self.flag.as_ref() }
    }

    /// Asks the script to stop.
    pub fn interrupt(&self) {
        self.flag().requested.store(true, Ordering::Release);
    }

    /// Takes a request back that no script has seen.
    pub fn clear(&self) {
        self.take();
    }

    pub(super) fn take(&self) -> bool {
        self.flag().requested.load(Ordering::Relaxed)
            && self.flag().requested.swap(false, Ordering::Acquire)
    }
}

impl Clone for InterruptHandle {
    fn clone(&self) -> Self {
        self.flag().count.fetch_add(1, Ordering::Relaxed);
        InterruptHandle { flag: self.flag }
    }
}

impl Drop for InterruptHandle {
    fn drop(&mut self) {
        if self.flag().count.fetch_sub(1, Ordering::Release) != 1 {
            return;
        }
        fence(Ordering::Acquire);
        // SAFETY: this was the last handle; `new` made the flag with the global allocator.
        unsafe { dealloc(self.flag.as_ptr().cast(), Layout::new::<Flag>()) }
    }
}
