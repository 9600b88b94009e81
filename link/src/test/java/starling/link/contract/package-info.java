/**
 * The contract that every transport and broker must keep, and what is needed to try it: a broker process, a proxy with faults,
 * certificates. Shipped as a test jar, so that the router can hold its own broker to it.
 */
@NullMarked
package starling.link.contract;

import org.jspecify.annotations.NullMarked;
