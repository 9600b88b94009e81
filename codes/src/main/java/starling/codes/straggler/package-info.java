/**
 * How long workers take: laws of the papers, traces that were measured, patterns of slow and usual workers, and a virtual clock
 * on which answers of a computation code arrive in their order. Everything is drawn by place from a seed.
 */
@NullMarked
package starling.codes.straggler;

import org.jspecify.annotations.NullMarked;
