//! An allocator whose free blocks join, for a module whose blocks are megabytes. It is a fifth of one that has bins by size:
//! blocks are so few that a search among all free ones is short.
#![expect(unsafe_code, reason = "an allocator is an unsafe trait, and a static of the module's one thread")]
use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;

/// In bytes. Sizes are multiples of it; it is enough for the alignment of every type, and for a free block's words.
const UNIT: usize = 16;
const PAGE: usize = 65_536;

/// The words that a free block begins with.
struct Free {
    /// The address of the free block after this one in memory, or 0.
    next: usize,
    size: usize,
}

/// The block of size 0 before all others.
struct FreeList(UnsafeCell<Free>);

// SAFETY: the module has one thread.
unsafe impl Sync for FreeList {}

#[global_allocator]
static ALLOCATOR: FreeList = FreeList(UnsafeCell::new(Free { next: 0, size: 0 }));

fn rounded(size: usize) -> usize {
    (size + UNIT - 1) & !(UNIT - 1)
}

impl FreeList {
    /// Takes a block of `size` bytes: the one at the address `at`, or any if that is 0. Returns its address, or 0 if there is
    /// none.
    #[inline(never)]
    unsafe fn take(&self, at: usize, size: usize) -> usize {
        let mut before = self.0.get();
        loop {
            // SAFETY: `before` is a free block, and so is what it names, if it names one.
            unsafe {
                let place = (*before).next;
                let block = place as *mut Free;
                if place == 0 {
                    // Memory grows by what the last block lacks, if that is at its end.
                    let end = core::arch::wasm32::memory_size(0) * PAGE;
                    let tail = if before as usize + (*before).size == end { (*before).size } else { 0 };
                    if at != 0 && at != end - tail {
                        return 0;
                    }
                    let pages = (size - tail).div_ceil(PAGE);
                    if core::arch::wasm32::memory_grow(0, pages) == usize::MAX {
                        return 0;
                    }
                    self.give(end, pages * PAGE);
                    before = self.0.get();
                } else if (*block).size >= size && (at == 0 || at == place) {
                    let Free { mut next, size: found } = core::ptr::read(block);
                    if found > size {
                        let rest = place + size;
                        *(rest as *mut Free) = Free { next, size: found - size };
                        next = rest;
                    }
                    (*before).next = next;
                    return place;
                } else {
                    before = block;
                }
            }
        }
    }

    /// Frees the `size` bytes at `at`.
    #[inline(never)]
    unsafe fn give(&self, at: usize, mut size: usize) {
        let mut before = self.0.get();
        // SAFETY: as in `take`.
        unsafe {
            while (*before).next != 0 && (*before).next < at {
                before = (*before).next as *mut Free;
            }
            let mut next = (*before).next;
            if next == at + size {
                let joined = next as *mut Free;
                size += (*joined).size;
                next = (*joined).next;
            }
            if before as usize + (*before).size == at {
                (*before).size += size;
            } else {
                *(at as *mut Free) = Free { next, size };
                next = at;
            }
            (*before).next = next;
        }
    }
}

// SAFETY: a block is a range of its own, of memory that was grown for this allocator and for nothing else. It is given out
// again when it was freed, and then nobody uses what it begins with.
unsafe impl GlobalAlloc for FreeList {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: see above.
        unsafe { self.take(0, rounded(layout.size())) as *mut u8 }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: see above.
        unsafe { self.give(block as usize, rounded(layout.size())) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (before, after) = (rounded(layout.size()), rounded(size));
        let end = block as usize + before;
        // SAFETY: the block is as long as `layout` says, and the new one is as long as is asked for.
        unsafe {
            if after < before {
                self.give(block as usize + after, before - after);
            } else if after > before && self.take(end, after - before) == 0 {
                let moved = self.take(0, after) as *mut u8;
                if !moved.is_null() {
                    core::ptr::copy_nonoverlapping(block, moved, before);
                    self.give(block as usize, before);
                }
                return moved;
            }
        }
        block
    }
}
