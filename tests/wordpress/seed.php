<?php // A small invented newspaper.
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = '127.0.0.1';
require __DIR__ . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
wp_install('Quayside Post', 'admin', 'admin@quayside.example', true, '', 'admin');
update_option('timezone_string', 'America/New_York');
update_option('permalink_structure', '/%postname%/');
update_option('posts_per_rss', 50);
global $wp_rewrite, $wpdb;
$wp_rewrite->init();
$wp_rewrite->flush_rules(true);
wp_delete_post(1, true);
wp_delete_post(2, true);
$news = wp_create_category('News');
$ferries = wp_create_category('Ferries', $news);
$writer = wp_insert_user(['user_login' => 'ida', 'user_pass' => 'x', 'display_name' => 'Ida Wharf', 'role' => 'author', 'user_email' => 'ida@quayside.example']);
$place = wp_upload_dir();
$file = $place['path'] . '/quay.jpg';
$picture = imagecreatetruecolor(1500, 800);
imagejpeg($picture, $file, 80);
$image = wp_insert_attachment(['post_mime_type' => 'image/jpeg', 'post_title' => 'Quay', 'post_excerpt' => 'The quay <em>at noon</em>', 'post_status' => 'inherit'], $file);
wp_update_attachment_metadata($image, wp_generate_attachment_metadata($image, $file));
update_post_meta($image, '_wp_attachment_image_alt', 'Boats at the quay');
$made = [];
$kinds = ['draft' => 'draft', 'private' => 'private', 'pending' => 'pending', 'scheduled' => 'future'];
$names = ['plain', 'sticky', 'updated', 'trashed', 'deleted', 'unpublished', 'moved', 'bumped', 'hidden', 'protected', ...array_keys($kinds)];
foreach ($names as $n => $name) {
  $at = time() - 3600 * ($n + 1) + ($name === 'scheduled' ? 86400 * 3 : 0);
  $gmt = gmdate('Y-m-d H:i:s', $at);
  $id = wp_insert_post([
    'post_title' => "The $name ferry’s <em>crew</em> & \"friends\"", 'post_name' => $name, 'post_status' => $kinds[$name] ?? 'publish',
    'post_content' => '<p>' . str_repeat("The $name boat left the quay at noon. ", 30) . '</p>', 'post_excerpt' => "What became of the $name ferry.",
    'post_author' => $writer, 'post_date_gmt' => $gmt, 'post_date' => get_date_from_gmt($gmt), 'post_category' => [$ferries],
    'tags_input' => ['quay'], 'post_password' => $name === 'protected' ? 'secret' : '',
  ], true);
  $wpdb->update($wpdb->posts, ['guid' => home_url("/?p=$id")], ['ID' => $id]);
  set_post_thumbnail($id, $image);
  $made[$name] = $id;
}
stick_post($made['sticky']);
file_put_contents(__DIR__ . '/posts.json', json_encode($made));
