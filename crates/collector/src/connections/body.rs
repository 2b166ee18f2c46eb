//! A request body that records when all of it has arrived.
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use http_body_util::BodyExt;
use hyper::body::{Frame, Incoming, SizeHint};

use super::activity::Activity;

struct Watched {
    body: Incoming,
    activity: Activity,
}

/// Wraps `body`: once all of it has arrived, `activity` counts the connection as served.
pub fn watched(body: Incoming, activity: Activity) -> Body {
    activity.set_waiting();
    if body.is_end_stream() {
        activity.set_serving();
        return Body::empty();
    }
    Body::new(Watched { body, activity }.map_err(axum::Error::new))
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.activity.set_serving();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
