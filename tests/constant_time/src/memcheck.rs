//! Requests to valgrind's memcheck, which keeps for every bit of memory whether it is defined.
//!
//! Memcheck complains where a branch or an address depends on an undefined bit, and lets every computation pass it on. So
//! a secret that is marked as undefined is followed wherever it goes.
//!
//! A request is a sequence of instructions that does nothing on a processor, and that valgrind recognizes. Its header
//! `valgrind.h` promises that neither the sequence nor the numbers of the requests ever change. They stand here, so that the
//! package needs no C compiler. The sequence is that of x86-64: elsewhere no request is answered, and no check runs.

const RUNNING_ON_VALGRIND: usize = 0x1001;
const CHANGE_ERROR_DISABLEMENT: usize = 0x1801;
/// The requests of memcheck begin at the letters M and C.
const MEMCHECK: usize = 0x4d43_0000;
const MAKE_UNDEFINED: usize = MEMCHECK + 1;
const MAKE_DEFINED: usize = MEMCHECK + 2;
const GET_BITS: usize = MEMCHECK + 8;

/// Whether the program runs under valgrind.
pub(crate) fn is_running() -> bool {
    request([RUNNING_ON_VALGRIND, 0, 0, 0, 0, 0]) != 0
}

/// Marks bytes as secret: from now on, no branch and no address may depend on them.
///
/// They are borrowed as if they were changed. Otherwise the compiler could use what it knows of them, and nothing would be
/// secret.
pub(crate) fn hide(bytes: &mut [u8]) {
    request([MAKE_UNDEFINED, address(bytes), bytes.len(), 0, 0, 0]);
}

/// Marks bytes as public, since everybody learns them.
pub(crate) fn publish(bytes: &[u8]) {
    request([MAKE_DEFINED, address(bytes), bytes.len(), 0, 0, 0]);
}

/// Marks a value as public; what it points to stays as it is.
pub(crate) fn publish_value<T>(value: &T) {
    let address = core::ptr::from_ref(value).addr();
    request([MAKE_DEFINED, address, size_of::<T>(), 0, 0, 0]);
}

/// Whether every byte depends on a secret, at least in one bit.
pub(crate) fn are_hidden(bytes: &[u8]) -> bool {
    // One bit for each: 1 where it is undefined.
    let mut bits = vec![0_u8; bytes.len()];
    let answers = bits.as_mut_ptr().expose_provenance();
    let answer = request([GET_BITS, address(bytes), answers, bytes.len(), 0, 0]);
    assert_eq!(answer, 1, "memcheck knows the state of these bytes");
    bits.iter().all(|bits| *bits != 0)
}

/// Runs code that may branch on secrets, and whose branches are not reported. Its results are followed all the same.
pub(crate) fn unreported<R>(code: impl FnOnce() -> R) -> R {
    request([CHANGE_ERROR_DISABLEMENT, 1, 0, 0, 0, 0]);
    let result = code();
    request([CHANGE_ERROR_DISABLEMENT, usize::MAX, 0, 0, 0, 0]);
    result
}

fn address(bytes: &[u8]) -> usize {
    bytes.as_ptr().expose_provenance()
}

/// One request and its arguments. The answer is 0 on a processor.
#[cfg(not(target_arch = "x86_64"))]
fn request(_: [usize; 6]) -> usize {
    0
}

/// One request and its arguments. The answer is 0 on a processor.
#[cfg(target_arch = "x86_64")]
fn request(arguments: [usize; 6]) -> usize {
    let mut answer = 0_usize;
    // SAFETY: on a processor the four rotations add up to 128 bits, so `rdi` keeps its value, and exchanging a register
    // with itself does nothing. Valgrind reads the arguments and the memory that they name, which the callers own, and
    // writes only to the buffer of `are_hidden`.
    unsafe {
        core::arch::asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            in("rax") arguments.as_ptr(),
            inout("rdx") answer,
            options(nostack),
        );
    }
    answer
}
