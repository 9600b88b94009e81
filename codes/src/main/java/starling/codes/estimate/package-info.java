/**
 * What a server makes of many noisy messages about one vector: the estimating officer of the CEO problem. Weights by the
 * errors' variances, these variances themselves, and two groups of senders of which the first helps to decode the second.
 */
@NullMarked
package starling.codes.estimate;

import org.jspecify.annotations.NullMarked;
