/**
 * Who is there: birth messages, last wills and heartbeats, and the board that makes a picture of them without trusting any clock but its
 * own.
 */
@NullMarked
package starling.link.presence;

import org.jspecify.annotations.NullMarked;
