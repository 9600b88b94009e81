/** What the router counts, and its text for Prometheus. */
@NullMarked
package starling.router.metrics;

import org.jspecify.annotations.NullMarked;
