/** Products that agents compute for the router, coded against stragglers: who is there, what they keep, jobs and when they end. */
@NullMarked
package starling.router.product;

import org.jspecify.annotations.NullMarked;
