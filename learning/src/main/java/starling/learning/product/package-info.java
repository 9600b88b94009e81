/** What a router and the agents that multiply for it write to each other: shares to keep, tasks, what they give. */
@NullMarked
package starling.learning.product;

import org.jspecify.annotations.NullMarked;
