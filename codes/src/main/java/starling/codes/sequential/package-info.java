/**
 * Products that come one after another, each to be known after a delay, coded over workers and rounds (Krishnan, Hosseini and
 * Khisti, Coded sequential matrix multiplication for straggler mitigation, NeurIPS 2020): diagonally interleaved polynomial
 * codes, what a round asks of every worker, and how long rounds take.
 */
@NullMarked
package starling.codes.sequential;

import org.jspecify.annotations.NullMarked;
