//! What a process does to load and run scripts: requests in its memory, in the layout of the real calls.

use std::sync::Arc;

use perilune::host::GlobalMemory;
use perilune_kernel::request::{self, LoadRequest, RunRequest, WireValue};
use perilune_kernel::{Errno, Exclusive, Limits, Usage};

use crate::kernel::SimulatedKernel;
use crate::process::{Pages, Process};

/// Results that a run may have here.
const MAX_RESULTS: usize = 16;
/// Bytes of strings that a run may return here.
const MAX_BYTES: usize = 64 << 10;
/// Bytes of an error's message.
const MAX_MESSAGE: usize = 256;

/// An argument or a result.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum Value {
    Nil,
    Boolean(bool),
    Number(f64),
    String(Vec<u8>),
    /// A value that can't leave the script, by its type's name.
    Other(Vec<u8>),
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Outcome {
    Returned,
    Failed,
    OutOfFuel,
    Interrupted,
}

/// What a run gave.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    /// How it ended.
    pub outcome: Outcome,
    /// Its results, or the error.
    pub results: Vec<Value>,
    /// The answered request.
    pub request: RunRequest,
}

/// Why a script was not loaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadFailure {
    /// The error of the call.
    pub errno: Errno,
    /// The error's message, for `ENOEXEC`.
    pub message: String,
}

/// A loaded script, as its descriptor is to a process.
pub struct Loaded {
    script: Exclusive,
    process: Process,
    region: Option<Arc<Pages>>,
}

impl Loaded {
    /// Loads a script into a kernel.
    pub fn load(process: &Process, source: &[u8], limits: Limits) -> Result<Loaded, LoadFailure> {
        let kernel = SimulatedKernel::new(process);
        Loaded::load_into(kernel, process, source, "=script", limits, 0)
    }

    /// The same, with a choice of kernel, name and size of the shared region.
    pub fn load_into(
        kernel: SimulatedKernel,
        process: &Process,
        source: &[u8],
        name: &str,
        limits: Limits,
        region: usize,
    ) -> Result<Loaded, LoadFailure> {
        let mark = process.mark();
        let message = process.allocate(MAX_MESSAGE);
        let request = LoadRequest {
            source: process.place(source),
            source_len: source.len() as u64,
            name: process.place(name.as_bytes()),
            name_len: name.len() as u32,
            memory: limits.memory as u64,
            fuel: limits.fuel.unwrap_or(0),
            stack: limits.stack as u32,
            code: match limits.code {
                0 => request::NO_CODE,
                code => code,
            },
            region: region as u64,
            message,
            message_size: MAX_MESSAGE as u32,
            ..LoadRequest::default()
        };
        let address = process.place(&request.to_bytes());
        let loaded = Loaded::request_into(kernel, process, address, &limits);
        let loaded = loaded.map_err(|errno| LoadFailure {
            errno,
            message: load_message(process, address).unwrap_or_default(),
        });
        process.release(mark);
        loaded
    }

    /// Carries out a request to load that lies at an address of the process.
    pub fn request(process: &Process, address: u64, most: &Limits) -> Result<Loaded, Errno> {
        Loaded::request_into(SimulatedKernel::new(process), process, address, most)
    }

    /// The same, into a kernel of choice.
    pub fn request_into(
        kernel: SimulatedKernel,
        process: &Process,
        address: u64,
        most: &Limits,
    ) -> Result<Loaded, Errno> {
        let mut own = SimulatedKernel::new(process);
        let request = LoadRequest::fetch(&mut own, address)?;
        let size = usize::try_from(request.region).map_err(|_| Errno::EINVAL)?;
        if size > MAX_REGION {
            return Err(Errno::E2BIG);
        }
        let region = match size {
            0 => None,
            size => Some(Arc::new(Pages::new(size).ok_or(Errno::ENOMEM)?)),
        };
        let kernel = Box::new(kernel.with_region(region.clone()));
        let memory = Box::new(GlobalMemory);
        let script = request::load(&mut own, kernel, memory, &request, address, most)?;
        Ok(Loaded {
            script: Exclusive::new(script),
            process: process.clone(),
            region,
        })
    }

    /// Runs it.
    ///
    /// # Errors
    /// `EBUSY` while another thread does.
    pub fn run(&self, arguments: &[Value]) -> Result<Run, Errno> {
        self.run_with(arguments, 0)
    }

    /// Goes on with a run that stopped.
    pub fn resume(&self) -> Result<Run, Errno> {
        self.run_with(&[], request::RESUME)
    }

    /// Runs it with the flags of [`request`].
    pub fn run_with(&self, arguments: &[Value], flags: u32) -> Result<Run, Errno> {
        let process = &self.process;
        let mark = process.mark();
        let values: Vec<u8> = arguments
            .iter()
            .flat_map(|value| to_wire(process, value).to_bytes())
            .collect();
        let request = RunRequest {
            arguments: process.place(&values),
            argument_count: arguments.len() as u32,
            flags,
            results: process.allocate(MAX_RESULTS * WireValue::SIZE),
            result_capacity: MAX_RESULTS as u32,
            bytes: process.allocate(MAX_BYTES),
            bytes_size: MAX_BYTES as u64,
            ..RunRequest::default()
        };
        let address = process.place(&request.to_bytes());
        let run = self
            .run_request(address)
            .and_then(|()| answered(process, address));
        process.release(mark);
        run
    }

    /// Carries out a request to run that lies at an address of the process.
    pub fn run_request(&self, address: u64) -> Result<(), Errno> {
        request::run(&mut *self.script.enter()?, address)
    }

    /// Reads the region as the process sees it.
    pub fn read_region(&self, offset: usize, into: &mut [u8]) -> Result<(), Errno> {
        let from = self.region_at(offset, into.len())?;
        // SAFETY: the bytes are in the region; a script may write them meanwhile, they are plain bytes.
        unsafe { std::ptr::copy_nonoverlapping(from, into.as_mut_ptr(), into.len()) };
        Ok(())
    }

    /// Writes to the region as the process does.
    pub fn write_region(&self, offset: usize, bytes: &[u8]) -> Result<(), Errno> {
        let to = self.region_at(offset, bytes.len())?;
        // SAFETY: as above.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
        Ok(())
    }

    fn region_at(&self, offset: usize, len: usize) -> Result<*mut u8, Errno> {
        let region = self.region.as_ref().ok_or(Errno::EFAULT)?;
        let start = region.start().as_ptr().addr() as u64;
        region
            .check(start.wrapping_add(offset as u64), len)
            .ok_or(Errno::EFAULT)
    }

    /// What the script has used, unless it is running.
    pub fn usage(&self) -> Result<Usage, Errno> {
        Ok(self.script.enter()?.usage())
    }

    /// The most memory that it has used, unless it is running.
    pub fn peak_memory(&self) -> Result<usize, Errno> {
        Ok(self.script.enter()?.peak_memory())
    }

    /// What it printed since the last time, unless it is running.
    pub fn log(&self) -> Result<Vec<u8>, Errno> {
        let mut bytes = vec![0; Limits::GREATEST.log];
        let len = self.script.enter()?.take_log(&mut bytes);
        bytes.truncate(len);
        Ok(bytes)
    }
}

/// The largest region.
const MAX_REGION: usize = 64 << 20;

fn load_message(process: &Process, address: u64) -> Option<String> {
    let mut bytes = [0; LoadRequest::SIZE];
    process.read(address, &mut bytes).ok()?;
    let request = LoadRequest::from_bytes(&bytes);
    let mut message = vec![0; request.message_len as usize];
    process.read(request.message, &mut message).ok()?;
    Some(String::from_utf8_lossy(&message).into_owned())
}

fn to_wire(process: &Process, value: &Value) -> WireValue {
    let (kind, length, payload) = match value {
        Value::Nil | Value::Other(_) => (request::NIL, 0, 0),
        Value::Boolean(b) => (request::BOOLEAN, 0, u64::from(*b)),
        Value::Number(n) => (request::NUMBER, 0, n.to_bits()),
        Value::String(bytes) => (request::STRING, bytes.len() as u32, process.place(bytes)),
    };
    WireValue {
        kind,
        length,
        payload,
    }
}

/// What an answered request says.
fn answered(process: &Process, address: u64) -> Result<Run, Errno> {
    let mut bytes = [0; RunRequest::SIZE];
    process.read(address, &mut bytes)?;
    let request = RunRequest::from_bytes(&bytes);
    let outcome = match request.outcome {
        request::RETURNED => Outcome::Returned,
        request::FAILED => Outcome::Failed,
        request::OUT_OF_FUEL => Outcome::OutOfFuel,
        _ => Outcome::Interrupted,
    };
    let mut results = Vec::new();
    for i in 0..u64::from(request.result_count.min(request.result_capacity)) {
        let mut bytes = [0; WireValue::SIZE];
        process.read(request.results + i * WireValue::SIZE as u64, &mut bytes)?;
        let value = WireValue::from_bytes(&bytes);
        let mut text = vec![0; value.length as usize];
        process
            .read(value.payload, &mut text)
            .or_else(|errno| if text.is_empty() { Ok(()) } else { Err(errno) })?;
        results.push(match value.kind {
            request::NIL => Value::Nil,
            request::BOOLEAN => Value::Boolean(value.payload != 0),
            request::NUMBER => Value::Number(f64::from_bits(value.payload)),
            request::STRING => Value::String(text),
            _ => Value::Other(text),
        });
    }
    Ok(Run {
        outcome,
        results,
        request,
    })
}
