/**
 * Section 6.5.2 of the thesis: what splitting a stack of dense layers costs on two platforms by a model of computing and
 * communicating, and what becomes of its figures when values are counted as they have to be sent.
 */
@NullMarked
package starling.experiments.costmodel;

import org.jspecify.annotations.NullMarked;
