/**
 * The examples by the row of the course they belong to, and the show: one thousand clients against
 * three servers, every reply checked.
 */
@NullMarked
package dev.loomlet.cli.demo;

import org.jspecify.annotations.NullMarked;
