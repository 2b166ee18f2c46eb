//! An allocator for modules whose blocks are small and many. Blocks have sizes that are powers of two, and a freed block
//! goes to the list of its size. It is a fifth of an allocator that splits and joins blocks, and wastes at most half.
#![expect(unsafe_code, reason = "an allocator is an unsafe trait, and a static of the module's one thread")]
use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;

/// In bytes; a power of two. Every block is aligned to it, which is enough for every type.
const SMALLEST: usize = 16;
const PAGE: usize = 65_536;

struct SizeClasses {
    /// By class: the first free block, or 0. A free block begins with the address of the next one.
    free: [Cell<usize>; usize::BITS as usize],
    /// The range that was never given out.
    unused: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: the module has one thread.
unsafe impl Sync for SizeClasses {}

#[global_allocator]
static ALLOCATOR: SizeClasses = SizeClasses {
    free: [const { Cell::new(0) }; usize::BITS as usize],
    unused: Cell::new(0),
    end: Cell::new(0),
};

/// The logarithm of the size of the block. `size` is not 0, by what is asked of callers of an allocator.
fn class(size: usize) -> usize {
    (usize::BITS - ((size - 1) | (SMALLEST - 1)).leading_zeros()) as usize
}

// SAFETY: a block is a range of its own, of memory that was grown for this allocator and for nothing else. It is given
// out again when it was freed, and then nobody uses what it begins with.
unsafe impl GlobalAlloc for SizeClasses {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let class = class(layout.size());
        let Some(free) = self.free.get(class) else { return core::ptr::null_mut() };
        let block = free.get() as *mut usize;
        if !block.is_null() {
            // SAFETY: see above.
            free.set(unsafe { *block });
            return block.cast();
        }
        let size = 1 << class;
        let mut start = self.unused.get();
        let left = self.end.get() - start;
        if size > left {
            let mut pages = (size - left).div_ceil(PAGE);
            // A quarter more at least, where memory grows again and again: each growth gives JavaScript another buffer to make
            // views of, which its garbage collector takes for as large as all of the memory.
            if cfg!(feature = "query") {
                pages = pages.max(core::arch::wasm32::memory_size(0) / 4);
            }
            let before = core::arch::wasm32::memory_grow(0, pages);
            if before == usize::MAX {
                return core::ptr::null_mut();
            }
            // Nobody else grows the memory: what is new follows what is left.
            if start == 0 {
                start = before * PAGE;
            }
            self.end.set((before + pages) * PAGE);
        }
        self.unused.set(start + size);
        start as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if let Some(free) = self.free.get(class(layout.size())) {
            let block = block.cast::<usize>();
            // SAFETY: see above.
            unsafe { *block = free.replace(block as usize) };
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if class(size) == class(layout.size()) {
            return block;
        }
        // SAFETY: what is asked of the caller.
        let layout_after = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: the old block is as long as `layout` says, the new one as long as the other.
        unsafe {
            let moved = self.alloc(layout_after);
            if !moved.is_null() {
                core::ptr::copy_nonoverlapping(block, moved, size.min(layout.size()));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
