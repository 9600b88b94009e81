/** The page: its numbers, its pictures and charts, and what hostile names do to it. */
@NullMarked
package starling.repurpose.report;

import org.jspecify.annotations.NullMarked;
