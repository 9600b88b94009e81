/** Holds the embedded broker to its promises, with clients of another make and with raw bytes. */
@NullMarked
package starling.router.broker;

import org.jspecify.annotations.NullMarked;
