//! No allocator: whatever asks for memory traps.
#![expect(unsafe_code, reason = "an allocator is an unsafe trait")]
use core::alloc::{GlobalAlloc, Layout};

struct NoAllocator;

#[global_allocator]
static ALLOCATOR: NoAllocator = NoAllocator;

// SAFETY: it gives out no memory.
unsafe impl GlobalAlloc for NoAllocator {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
