//! Whatever interrupts a job, every row is moved or kept with its exception, once.

mod folder;
mod formats;
mod interruptions;
mod preflights;
mod refusals;
