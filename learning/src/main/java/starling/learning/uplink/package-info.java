/** How an update becomes a message: gradient codes by name, one for each part of a model, and what nodes keep of what they could not send. */
@NullMarked
package starling.learning.uplink;

import org.jspecify.annotations.NullMarked;
