//! An allocator that never frees, for a module that keeps what it allocates.
#![expect(unsafe_code, reason = "an allocator is an unsafe trait, and a static of the module's one thread")]
use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;

struct Bump {
    /// The addresses of the first free byte and of the end of memory.
    free: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: the module has one thread.
unsafe impl Sync for Bump {}

#[global_allocator]
static ALLOCATOR: Bump = Bump { free: Cell::new(0), end: Cell::new(0) };

const PAGE: usize = 65_536;

// SAFETY: each allocation is a range of its own, within memory that was grown for this allocator and for nothing else.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mut start = (self.free.get() + layout.align() - 1) & !(layout.align() - 1);
        if start + layout.size() > self.end.get() {
            let pages = layout.size() / PAGE + 1;
            let before = core::arch::wasm32::memory_grow(0, pages);
            if before == usize::MAX {
                return core::ptr::null_mut();
            }
            start = before * PAGE;
            self.end.set(start + pages * PAGE);
        }
        self.free.set(start + layout.size());
        start as *mut u8
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
