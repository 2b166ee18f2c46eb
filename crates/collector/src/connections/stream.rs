//! The byte stream of a connection. A client that does not read its answers is cut off.
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::activity::Activity;
use super::pipelining::PipelineThrottle;

/// How long a client may go without reading any of an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client that reads slower than this, bytes per second, is cut off eventually.
const SLOWEST: f64 = 2048.0;

/// A socket that does not wait forever for its reader.
pub struct Stream<S> {
    socket: S,
    activity: Activity,
    pipeline: PipelineThrottle,
    /// When the client is cut off unless it reads; set while bytes wait for it.
    deadline: Option<Pin<Box<Sleep>>>,
    /// Whether anything was written since the last flush that ended.
    wrote: bool,
}

impl<S> Stream<S> {
    /// Wraps `socket`. Sets in `activity` that the client has to read or to send, and in `pipeline` that there is nothing to
    /// read.
    pub fn new(socket: S, activity: Activity, pipeline: PipelineThrottle) -> Self {
        Self { socket, activity, pipeline, deadline: None, wrote: false }
    }

    /// Extends the deadline by what was written, or fails once it has passed.
    fn written(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match outcome {
            Poll::Ready(Ok(bytes)) => {
                self.wrote = true;
                if let Some(deadline) = &mut self.deadline {
                    let later = deadline.deadline() + Duration::from_secs_f64(bytes as f64 / SLOWEST);
                    deadline.as_mut().reset(later.min(Instant::now() + PATIENCE));
                }
                outcome
            }
            Poll::Pending => {
                let deadline = self.deadline.get_or_insert_with(|| {
                    self.activity.set_waiting();
                    Box::pin(sleep_until(Instant::now() + PATIENCE))
                });
                ready!(deadline.as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            failed => failed,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.socket).poll_read(context, buffer);
        if outcome.is_pending() {
            self.pipeline.waited();
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.written(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.socket).poll_write_vectored(context, parts);
        self.written(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.socket).poll_flush(context))?;
        // The flush has ended, so the socket has taken the whole answer.
        if std::mem::take(&mut self.wrote) {
            self.deadline = None;
            self.activity.set_waiting();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    fn pair(room: usize) -> (Stream<DuplexStream>, DuplexStream, Activity) {
        let (near, far) = duplex(room);
        let activity = Activity::new(Instant::now());
        (Stream::new(near, activity.clone(), PipelineThrottle::new()), far, activity)
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_nothing_is_cut_off() {
        let (mut stream, _far, activity) = pair(1024);
        activity.set_serving();
        let began = Instant::now();
        let error = stream.write_all(&[0; 2048]).await.unwrap_err();
        assert_eq!((error.kind(), began.elapsed().as_secs()), (io::ErrorKind::TimedOut, PATIENCE.as_secs()));
        assert_eq!(activity.get(), (false, 0), "it waits for the client");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_a_byte_per_second_is_cut_off() {
        let (mut stream, mut far, _) = pair(1024);
        let reader = tokio::spawn(async move {
            while far.read_u8().await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        assert!(stream.write_all(&[0; 4096]).await.is_err());
        drop(stream);
        reader.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_with_a_slow_line_gets_the_whole_answer() {
        let (mut stream, mut far, activity) = pair(1024);
        let reader = tokio::spawn(async move {
            let (mut read, mut part) = (0, [0; 1024]);
            while read < 300 * 1024 {
                read += far.read(&mut part).await.unwrap();
                tokio::time::sleep(Duration::from_millis(400)).await;
            }
            read
        });
        activity.set_serving();
        stream.write_all(&[0; 300 * 1024]).await.unwrap();
        stream.flush().await.unwrap();
        assert!(!activity.get().0, "the next request is the client's");
        assert_eq!(reader.await.unwrap(), 300 * 1024);
    }
}
