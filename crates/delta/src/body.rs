//! The body of a response that went through the layer.
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{Collected, Full};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The application's own body, or the bytes that are sent instead.
pub struct DeltaBody<B: Body>(Inner<B>);

enum Inner<B: Body> {
    Untouched(Pin<Box<B>>),
    Bytes(Full<Bytes>),
    /// The application's own body, which was read to its end.
    Collected(Collected<Bytes>),
    /// The application's body broke, or there is none: without a length, which nobody should add to a 304.
    Broken(Option<B::Error>),
}

impl<B: Body> fmt::Debug for DeltaBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Inner::Untouched(_) => "DeltaBody::Untouched",
            Inner::Bytes(_) => "DeltaBody::Bytes",
            Inner::Collected(_) => "DeltaBody::Collected",
            Inner::Broken(_) => "DeltaBody::Broken",
        })
    }
}

// No part is pinned by the body itself.
impl<B: Body> Unpin for DeltaBody<B> {}

impl<B: Body> DeltaBody<B> {
    pub(crate) fn untouched(body: B) -> Self {
        Self(Inner::Untouched(Box::pin(body)))
    }

    pub(crate) fn bytes(bytes: Bytes) -> Self {
        Self(Inner::Bytes(Full::new(bytes)))
    }

    pub(crate) fn collected(body: Collected<Bytes>) -> Self {
        Self(Inner::Collected(body))
    }

    pub(crate) fn none() -> Self {
        Self(Inner::Broken(None))
    }

    pub(crate) fn broken(error: B::Error) -> Self {
        Self(Inner::Broken(Some(error)))
    }
}

impl<B: Body<Data = Bytes>> Body for DeltaBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut self.0 {
            Inner::Untouched(body) => body.as_mut().poll_frame(context),
            Inner::Bytes(body) => match Pin::new(body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => Poll::Ready(Some(Ok(frame))),
                Poll::Ready(_) => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            },
            Inner::Collected(body) => Pin::new(body).poll_frame(context).map_err(|never| match never {}),
            Inner::Broken(error) => Poll::Ready(error.take().map(Err)),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Untouched(body) => body.is_end_stream(),
            Inner::Bytes(body) => body.is_end_stream(),
            Inner::Collected(body) => body.is_end_stream(),
            Inner::Broken(error) => error.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Untouched(body) => body.size_hint(),
            Inner::Bytes(body) => body.size_hint(),
            Inner::Collected(body) => body.size_hint(),
            Inner::Broken(_) => SizeHint::default(),
        }
    }
}
