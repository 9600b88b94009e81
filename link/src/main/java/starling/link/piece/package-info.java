/** Long messages in pieces that brokers take: cut, checked, and put together again in bounded memory. */
@NullMarked
package starling.link.piece;

import org.jspecify.annotations.NullMarked;
