/**
 * A broker and its transports inside one process, with the semantics of the real ones and with faults on request: for tests, and for
 * trying a plan without a network.
 */
@NullMarked
package starling.link.memory;

import org.jspecify.annotations.NullMarked;
