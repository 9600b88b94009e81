/**
 * One inference from its input to its answer: the input is split over the workers, their parts are collected until all are there or
 * the deadline passes, what is missing is filled by a stated policy, and the final steps are run.
 */
@NullMarked
package starling.router.inference;

import org.jspecify.annotations.NullMarked;
