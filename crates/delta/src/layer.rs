//! The layer, its options, and the service that it makes.
use crate::ask::Ask;
use crate::bodies::Bodies;
use crate::body::DeltaBody;
use crate::options::{LONGEST, Options};
use crate::respond::respond;
use crate::shared::Shared;
use crate::stats::Stats;
use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tower_layer::Layer;
use tower_service::Service;

/// Keeps the last bodies of each URL, and answers with what changed. Clones share what is kept.
#[derive(Clone)]
pub struct DeltaLayer {
    options: Options,
    shared: Arc<Shared>,
}

impl Default for DeltaLayer {
    fn default() -> Self {
        Self { options: Options::default(), shared: Arc::new(Shared::new(Bodies::new(64 << 20, 3))) }
    }
}

impl fmt::Debug for DeltaLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeltaLayer").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

impl DeltaLayer {
    /// A layer with the defaults that each option names.
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes of all kept bodies together. Default: 64 MiB.
    #[must_use]
    pub fn memory(self, bytes: usize) -> Self {
        self.shared.bodies().limit = bytes;
        self
    }

    /// How many bodies of one URL, and of one user where they differ, are kept: clients that were away for longer get a
    /// whole body. Default: 3.
    #[must_use]
    pub fn bodies_per_url(self, count: usize) -> Self {
        self.shared.bodies().per_key = count;
        self
    }

    /// The length of bodies that are compared, in bytes. Shorter and longer ones are sent as they are. At most 8 MiB, which
    /// is the window that browsers decode with. Default: 1 KiB to 8 MiB.
    #[must_use]
    pub fn body_length(mut self, length: std::ops::RangeInclusive<usize>) -> Self {
        self.options.shortest = *length.start();
        self.options.longest = (*length.end()).min(LONGEST);
        self
    }

    /// Says who a response is for: requests for which `scope` gives the same text, or for which the response is `public`, get
    /// the difference to one another's bodies. Where it gives `None`, or is not set, users are told apart by their whole
    /// `Authorization`, `Cookie` and the like, and so not recognised when one of their cookies changes.
    ///
    /// ```
    /// # use whippet_delta::DeltaLayer;
    /// # #[derive(Clone)] struct UserId(u64);
    /// let layer = DeltaLayer::new().scope(|request| {
    ///     Some(request.extensions.get::<UserId>()?.0.to_string())
    /// });
    /// ```
    #[must_use]
    pub fn scope(mut self, scope: impl Fn(&Parts) -> Option<String> + Send + Sync + 'static) -> Self {
        self.options.scope = Some(Arc::new(scope));
        self
    }

    /// Lets a body be a dictionary for its path with any query, as for searches that find much the same. Default: for the same
    /// query alone.
    #[must_use]
    pub fn any_query(mut self) -> Self {
        self.options.any_query = true;
        self
    }

    /// Leaves `Cache-Control` as it is. By default a response that must be asked for again each time (`no-cache`, `max-age=0`,
    /// or nothing) says so by `Vary: *` instead, as Chromium keeps no dictionary of a response with `no-cache`.
    #[must_use]
    pub fn keep_cache_control(mut self) -> Self {
        self.options.keep_cache_control = true;
        self
    }

    /// How long a browser offers a body that it would not keep otherwise. Default: a day.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        // No more than caches must be able to count (RFC 9111, 1.2.2).
        self.options.lifetime = lifetime.as_secs().min(1 << 31);
        self
    }

    /// What was sent, and what was spared.
    pub fn stats(&self) -> Stats {
        self.shared.counters.stats(self.shared.bodies().bytes())
    }
}

impl<S> Layer<S> for DeltaLayer {
    type Service = Delta<S>;

    fn layer(&self, inner: S) -> Delta<S> {
        Delta { inner, layer: self.clone() }
    }
}

/// The service that [`DeltaLayer`] makes of another.
#[derive(Clone, Debug)]
pub struct Delta<S> {
    inner: S,
    layer: DeltaLayer,
}

type Answer<B, E> = Pin<Box<dyn Future<Output = Result<Response<DeltaBody<B>>, E>> + Send>>;

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Delta<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    S::Future: Send + 'static,
    ResBody: Body<Data = Bytes> + Send + 'static,
    ResBody::Error: Send,
{
    type Response = Response<DeltaBody<ResBody>>;
    type Error = S::Error;
    type Future = Answer<ResBody, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (parts, body) = request.into_parts();
        let ask = Ask::of(&parts);
        let named = ask.as_ref().and_then(|_| self.layer.options.scope.as_ref()?(&parts));
        let answer = self.inner.call(Request::from_parts(parts, body));
        let DeltaLayer { options, shared } = self.layer.clone();
        Box::pin(async move {
            let response = answer.await?;
            Ok(match ask {
                Some(ask) => respond(ask, named, response, options, shared).await,
                None => response.map(DeltaBody::untouched),
            })
        })
    }
}
