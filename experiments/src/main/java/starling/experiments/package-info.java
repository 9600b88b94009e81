/** Benchmarks, and one command per table or figure of the papers. */
@NullMarked
package starling.experiments;

import org.jspecify.annotations.NullMarked;
