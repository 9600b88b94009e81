/** What the router and the nodes of a trial write to each other, as bytes: the trial and who learns, orders and answers. */
@NullMarked
package starling.learning.protocol;

import org.jspecify.annotations.NullMarked;
